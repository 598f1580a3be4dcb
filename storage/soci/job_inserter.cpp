#include "storage/soci/job_inserter.hpp"

#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse(const NewJob& job, const std::string& why) {
    const std::string type = is_storable(job.type) ? job.type : "(not UTF-8)";
    throw StorageError{StorageError::Kind::refused, "a job of type " + type + " is refused: " + why};
}

void check_one(const NewJob& job) {
    if (job.id.value <= 0) refuse(job, "it has no id");
    if (job.type.empty() || job.queue.value.empty()) refuse(job, "its type and queue must not be empty");
    if (!is_storable(job.type) || !is_storable(job.queue.value))
        refuse(job, "its type and queue must be UTF-8 without NUL");
    if (job.priority < kMinPriority || job.priority > kMaxPriority)
        refuse(job, "its priority must be -1000 to 1000, is " + std::to_string(job.priority));
    if (job.arguments.size() > kMaxArgumentsSize)
        refuse(job, "its arguments are " + std::to_string(job.arguments.size()) + " bytes; at most " +
                        std::to_string(kMaxArgumentsSize) +
                        " are allowed: put large data into a file and hand over its path");
    // Parsing also finds what is not UTF-8, NUL bytes and lone surrogates.
    json::error_code error;
    json::parse_options depth;
    depth.max_depth = kMaxJsonDepth;
    const json::value parsed = json::parse(job.arguments, error, {}, depth);
    if (error == json::error::too_deep)
        refuse(job, "its arguments lie over " + std::to_string(kMaxJsonDepth) + " levels deep");
    if (error) refuse(job, "its arguments are not JSON: " + error.message());
    if (!parsed.is_object()) refuse(job, "its arguments must be a JSON object");
}

// Rows that go into the database in one statement.
struct Chunk {
    json::array rows;
    json::array ids;
    std::size_t size = 0;  // bytes of arguments
    std::vector<std::pair<LaneId, StateName>> places;

    void add(const NewJob& job, LaneId lane, PolicyId policy, Duration ageing, TimePoint now) {
        const bool is_delayed = job.due_at && *job.due_at > now;
        const TimePoint ready_at = is_delayed ? *job.due_at : now;
        const StateName state = is_delayed ? StateName::scheduled : StateName::enqueued;
        rows.push_back({
            {"id", job.id.value},
            {"lane", lane.value},
            {"payload_version", job.payload_version},
            {"priority", job.priority},
            {"order_key", micros(ready_at - job.priority * ageing)},
            {"state", static_cast<int>(state)},
            {"reason", static_cast<int>(is_delayed ? Reason::delayed : Reason::none)},
            {"due_at", is_delayed ? json::value(micros(*job.due_at)) : json::value()},
            {"expires_at", json_micros(job.expires_at)},
            {"nominal_at", json_micros(job.nominal_at)},
            {"origin", static_cast<int>(job.origin)},
            {"definition", job.definition ? json::value(job.definition->value) : json::value()},
            {"policy", policy.value},
            {"arguments", job.arguments},
            {"enqueued_at", is_delayed ? json::value() : json::value(micros(now))},
        });
        ids.emplace_back(job.id.value);
        places.emplace_back(lane, state);
        size += job.arguments.size();
    }

    void flush(Session& session, Tally& tally) {
        if (rows.empty()) return;
        const long long now = micros(session.now());
        const auto inserted = static_cast<std::size_t>(
            session.execute("job_insert", {{"rows", json::serialize(rows)}, {"now", now}}));
        if (inserted == places.size()) {
            for (const auto& [lane, state] : places)
                tally.added(lane, state);
        } else if (inserted > 0) {  // some were there already
            for (const auto& [lane, state, count] : session.rows<long long, int, long long>(
                     "job_created_now", {{"ids", json::serialize(ids)}, {"now", now}}))
                tally.added(LaneId{lane}, static_cast<StateName>(state), count);
        }
        *this = {};
    }
};

}  // namespace

Duration Ageing::of(Session& session) {
    const std::lock_guard lock{mutex_};
    if (!value_)
        for (const auto& [name, value] : session.rows<std::string, long long>("setting_list"))
            if (name == "ageing") value_ = Duration{value};
    if (!value_)
        throw StorageError{StorageError::Kind::corrupt, "the setting 'ageing' is missing in the database"};
    return *value_;
}

void JobInserter::check(std::span<const NewJob> jobs) {
    for (const NewJob& job : jobs)
        check_one(job);
}

void JobInserter::insert(Session& session, NameCache& names, NameCache::Draft& draft, Tally& tally,
                         std::span<const NewJob> jobs) {
    session.announce();
    const TimePoint now = session.now();
    const Duration ageing = ageing_.of(session);
    Chunk chunk;
    for (const NewJob& job : jobs) {
        if (chunk.size + job.arguments.size() > kMostInStatement) chunk.flush(session, tally);
        const LaneId lane = names.lane(session, draft, {job.queue.value, job.type, job.payload_version});
        const PolicyId policy = names.policy(session, draft, job.policy);
        chunk.add(job, lane, policy, ageing, now);
    }
    chunk.flush(session, tally);
}

}  // namespace jobhost::storage
