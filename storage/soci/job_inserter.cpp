#include "storage/soci/job_inserter.hpp"

#include "storage/soci/given_names.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/rows_text.hpp"
#include "storage/soci/submission.hpp"
#include "storage/soci/submission_check.hpp"
#include "storage/storage_error.hpp"
#include "storage/text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

void check_one(const NewJob& job, const GivenNames& names) {
    const auto refuse = [&](const std::string& why) { storage::refuse(names.of(job.id) + ": " + why); };
    if (job.id.value <= 0) refuse("it has no id");
    if (job.type.empty() || job.queue.value.empty()) refuse("its type and queue must not be empty");
    if (!is_storable(job.type) || !is_storable(job.queue.value))
        refuse("its type and queue must be UTF-8 without NUL");
    if (job.type.size() > kMaxNameSize || job.queue.value.size() > kMaxNameSize)
        refuse("its type and queue may have " + std::to_string(kMaxNameSize) + " bytes at most");
    if (job.priority < kMinPriority || job.priority > kMaxPriority)
        refuse("its priority must be -1000 to 1000, is " + std::to_string(job.priority));
    if (job.arguments.size() > kMaxArgumentsSize)
        refuse("its arguments are " + std::to_string(job.arguments.size()) + " bytes; at most " +
               std::to_string(kMaxArgumentsSize) +
               " are allowed: put large data into a file and hand over its path");
    // Parsing also finds what is not UTF-8, NUL bytes and lone surrogates.
    json::error_code error;
    json::parse_options depth;
    depth.max_depth = kMaxJsonDepth;
    const json::value parsed = json::parse(job.arguments, error, {}, depth);
    if (error == json::error::too_deep)
        refuse("its arguments lie over " + std::to_string(kMaxJsonDepth) + " levels deep");
    if (error) refuse("its arguments are not JSON: " + error.message());
    if (!parsed.is_object()) refuse("its arguments must be a JSON object");
}

// Rows that go into the database in one statement.
class Chunk {
public:
    explicit Chunk(Session& session) : session_{session}, rows_{session} {}

    std::size_t size() const noexcept { return rows_.size(); }

    void add(const NewJob& job, LaneId lane, PolicyId policy, Duration ageing, TimePoint now) {
        const bool is_delayed = job.due_at && *job.due_at > now;
        const TimePoint ready_at = is_delayed ? *job.due_at : now;
        const StateName state = is_delayed ? StateName::scheduled : StateName::enqueued;
        rows_.begin_row();
        rows_.put("id", job.id.value);
        rows_.put("lane", lane.value);
        rows_.put("order_key", micros(ready_at - job.priority * ageing));
        rows_.put("state", static_cast<long long>(state));
        rows_.put("policy", policy.value);
        rows_.put("arguments", job.arguments);
        rows_.put("enqueued_at", is_delayed ? std::nullopt : std::optional{micros(now)});
        rows_.begin_rest();
        rows_.put_unless_0("priority", job.priority);
        rows_.put_unless_0("reason", static_cast<long long>(is_delayed ? Reason::delayed : Reason::none));
        rows_.put("due_at", is_delayed ? micros(job.due_at) : std::nullopt);
        rows_.put("expires_at", micros(job.expires_at));
        rows_.put("definition",
                  job.definition ? std::optional<long long>{job.definition->value} : std::nullopt);
        rows_.put("nominal_at", micros(job.nominal_at));
        rows_.put_unless_0("origin", static_cast<long long>(job.origin));
        rows_.put("payload_version",
                  job.payload_version == 1 ? std::nullopt : std::optional<long long>{job.payload_version});
        rows_.end_row();
        places_.emplace_back(lane, state);
    }

    void flush(Tally& tally) {
        if (rows_.rows() == 0) return;
        const Parameters parameters{{"rows", rows_.take()}, {"now", micros(session_.now())}};
        const auto inserted = static_cast<std::size_t>(session_.execute("job_insert", parameters));
        if (inserted != 0 && inserted != places_.size()) throw PartlyThere{};
        if (inserted > 0)
            for (const auto& [lane, state] : places_)
                tally.added(lane, state);
        places_.clear();
    }

private:
    Session& session_;
    RowsText rows_;
    std::vector<std::pair<LaneId, StateName>> places_;
};

}  // namespace

void check_jobs(std::span<const NewJob> jobs) {
    const GivenNames names{{}, jobs};
    for (const NewJob& job : jobs)
        check_one(job, names);
}

void insert_jobs(Change& change, std::span<const NewJob> jobs) {
    Session& session = change.session;
    session.announce();
    const TimePoint now = session.now();
    Chunk chunk{session};
    const Policy* known = nullptr;  // jobs that come together mostly have the same one
    PolicyId policy;
    for (const NewJob& job : jobs) {
        if (chunk.size() + job.arguments.size() > kMostInStatement) chunk.flush(change.tally);
        const LaneId lane =
            change.names.lane(session, change.draft, {job.queue.value, job.type, job.payload_version});
        if (known == nullptr || *known != job.policy)
            policy = change.names.policy(session, change.draft, job.policy);
        known = &job.policy;
        chunk.add(job, lane, policy, change.ageing, now);
    }
    chunk.flush(change.tally);
}

std::vector<Inserted> submit(Change& change, std::span<const NewBatch> batches,
                             std::span<const NewJob> jobs) {
    if (!batches.empty() || std::any_of(jobs.begin(), jobs.end(), has_more))
        return Submission{change, batches, jobs}.submit();
    insert_jobs(change, jobs);
    std::vector<Inserted> answers;
    for (const NewJob& job : jobs)
        answers.push_back({job.id});
    return answers;
}

}  // namespace jobhost::storage
