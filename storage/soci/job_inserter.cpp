#include "storage/soci/job_inserter.hpp"

#include "storage/soci/instants.hpp"
#include "storage/storage_error.hpp"

#include <boost/json.hpp>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse(const NewJob& job, const std::string& why) {
    throw StorageError{StorageError::Kind::refused, "a job of type " + job.type + " is refused: " + why};
}

void check_one(const NewJob& job) {
    if (job.id.value <= 0) refuse(job, "it has no id");
    if (job.type.empty() || job.queue.value.empty()) refuse(job, "its type and queue must not be empty");
    if (job.priority < kMinPriority || job.priority > kMaxPriority)
        refuse(job, "its priority must be -1000 to 1000, is " + std::to_string(job.priority));
    if (job.arguments.size() > kMaxArgumentsSize)
        refuse(job, "its arguments are " + std::to_string(job.arguments.size()) + " bytes; at most " +
                        std::to_string(kMaxArgumentsSize) +
                        " are allowed: put large data into a file and hand over its path");
    // Parsing also finds what is not UTF-8, and NUL bytes.
    json::error_code error;
    const json::value parsed = json::parse(job.arguments, error);
    if (error) refuse(job, "its arguments are not JSON: " + error.message());
    if (!parsed.is_object()) refuse(job, "its arguments must be a JSON object");
}

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

void JobInserter::insert(Session& session, NameCache& names, NameCache::Draft& draft,
                         std::span<const NewJob> jobs, TimePoint now) {
    session.announce();
    const Duration ageing = ageing_.of(session);
    json::array rows;
    std::size_t size = 0;
    const auto flush = [&] {
        if (!rows.empty())
            session.execute("job_insert", {{"rows", json::serialize(rows)}, {"now", micros(now)}});
        rows.clear();
        size = 0;
    };
    for (const NewJob& job : jobs) {
        if (size + job.arguments.size() > kMostInStatement) flush();
        size += job.arguments.size();
        const LaneId lane = names.lane(session, draft, {job.queue.value, job.type, job.payload_version});
        const PolicyId policy = names.policy(session, draft, job.policy);
        const bool is_delayed = job.due_at && *job.due_at > now;
        const TimePoint ready_at = is_delayed ? *job.due_at : now;
        rows.push_back({
            {"id", job.id.value},
            {"lane", lane.value},
            {"payload_version", job.payload_version},
            {"priority", job.priority},
            {"order_key", micros(ready_at - job.priority * ageing)},
            {"state", static_cast<int>(is_delayed ? StateName::scheduled : StateName::enqueued)},
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
    }
    flush();
}

}  // namespace jobhost::storage
