#include "storage/soci/settle.hpp"

#include "storage/soci/departures.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/rows_text.hpp"
#include "storage/soci/submission.hpp"
#include "storage/soci/submission_check.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cassert>
#include <set>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

// The facts of a state that a run can end in, as columns.
struct TargetColumns {
    Reason reason = Reason::none;
    std::optional<TimePoint> due_at;
    std::optional<TimePoint> finished_at;
    std::string result;

    void operator()(const Awaiting& state) { reason = state.reason; }
    void operator()(const Scheduled& state) {
        reason = state.reason;
        due_at = state.due_at;
    }
    void operator()(const Enqueued&) {}
    void operator()(const Processing&) {}
    void operator()(const Succeeded& state) {
        finished_at = state.finished_at;
        result = state.result;
    }
    void operator()(const Failed& state) {
        reason = state.reason;
        finished_at = state.finished_at;
    }
    void operator()(const Deleted& state) {
        reason = state.reason;
        finished_at = state.finished_at;
    }
};

// A run that never counted gives its attempt back.
bool is_refunded(Cause cause) {
    return cause == Cause::given_back || cause == Cause::interrupted || cause == Cause::snoozed;
}

void put_row(RowsText& rows, const Settlement& settlement) {
    assert(next_state(StateName::processing, settlement.cause) == name_of(settlement.target));
    TargetColumns columns;
    std::visit(columns, settlement.target);
    rows.begin_row();
    rows.put("id", settlement.job.value);
    rows.put("lease", settlement.lease.value);
    rows.put("state", static_cast<long long>(name_of(settlement.target)));
    rows.put("started_at", micros(settlement.started_at));
    rows.put("finished_at", micros(columns.finished_at));
    if (columns.result.empty())
        rows.put("result", std::optional<long long>{});
    else
        rows.put("result", columns.result);
    rows.begin_rest();
    rows.put_unless_0("reason", static_cast<long long>(columns.reason));
    rows.put("due_at", micros(columns.due_at));
    rows.put_unless_0("refunded", is_refunded(settlement.cause) ? 1 : 0);
    rows.put_unless_0("crashes", settlement.new_crashes);
    rows.put_unless_0("interruptions", settlement.new_interruptions);
    rows.put_unless_0("warnings", settlement.new_warnings);
    rows.end_row();
}

// Most runs end like this, and writing that down costs a third less.
bool is_plain_success(const Settlement& settlement) {
    const auto* succeeded = std::get_if<Succeeded>(&settlement.target);
    return succeeded != nullptr && succeeded->result.empty() && settlement.started_at &&
           settlement.new_crashes == 0 && settlement.new_interruptions == 0 && settlement.new_warnings == 0;
}

void put_success(RowsText& rows, const Settlement& settlement) {
    rows.begin_row();
    rows.put("id", settlement.job.value);
    rows.put("lease", settlement.lease.value);
    rows.put("started_at", micros(settlement.started_at));
    rows.put("finished_at", micros(std::get<Succeeded>(settlement.target).finished_at));
    rows.end_row();
}

// Those of `settlements` that an earlier transaction has written: a settled row keeps its server and its
// lease.
std::set<std::pair<JobId, Lease>> settled_runs(Session& session, ServerId server,
                                               std::span<const Settlement> settlements) {
    json::array ids;
    for (const Settlement& settlement : settlements)
        ids.push_back(settlement.job.value);
    std::set<std::pair<JobId, Lease>> found;
    for (const auto& [id, lease] : session.rows<long long, long long>(
             "job_settled_runs", {{"ids", json::serialize(ids)}, {"server", server.value}}))
        found.emplace(JobId{id}, Lease{lease});
    return found;
}

}  // namespace

std::vector<Moved> settle(Change& change, ServerId server, std::span<const Settlement> settlements) {
    if (settlements.empty()) return {};
    Session& session = change.session;
    // In the order of their ids, in which every transaction locks jobs.
    std::vector<const Settlement*> ordered;
    for (const Settlement& settlement : settlements)
        ordered.push_back(&settlement);
    std::sort(ordered.begin(), ordered.end(),
              [](const auto* a, const auto* b) { return a->job.value < b->job.value; });
    RowsText successes{session};
    RowsText others{session};
    for (const Settlement* settlement : ordered) {
        if (is_plain_success(*settlement))
            put_success(successes, *settlement);
        else
            put_row(others, *settlement);
    }
    // By job and lease: the same array may hold a late settlement of an earlier run.
    std::set<std::pair<JobId, Lease>> moved_runs;
    Departures departures{Departures::From::processing};
    const auto move = [&](const char* statement, const Parameters& parameters) {
        for (const auto& [id, lease, lane, state, flags, batch] :
             session.rows<long long, long long, long long, int, int, std::optional<long long>>(statement,
                                                                                               parameters)) {
            moved_runs.emplace(JobId{id}, Lease{lease});
            change.tally.moved(LaneId{lane}, StateName::processing, static_cast<StateName>(state));
            departures.add(JobId{id}, static_cast<StateName>(state), flags, batch);
        }
    };
    if (successes.rows() > 0) move("job_succeed", {{"rows", successes.take()}, {"server", server.value}});
    if (others.rows() > 0)
        move("job_settle",
             {{"rows", others.take()}, {"server", server.value}, {"now", micros(session.now())}});

    const std::set<std::pair<JobId, Lease>> settled_before = moved_runs.size() < settlements.size()
                                                                 ? settled_runs(session, server, settlements)
                                                                 : std::set<std::pair<JobId, Lease>>{};
    std::vector<Moved> moved;
    std::vector<std::pair<JobId, JobEvent>> events;
    std::vector<LogChunk> log;
    std::vector<NewJob> jobs;
    for (const Settlement& settlement : settlements) {
        const std::pair run{settlement.job, settlement.lease};
        const bool is_moved = moved_runs.erase(run) > 0;  // the same one may be given twice
        moved.push_back(is_moved ? Moved::yes : settled_before.contains(run) ? Moved::already : Moved::lost);
        if (!is_moved) continue;
        if (!is_final(name_of(settlement.target))) session.announce();
        if (settlement.event) events.emplace_back(settlement.job, *settlement.event);
        log.insert(log.end(), settlement.log.begin(), settlement.log.end());
        jobs.insert(jobs.end(), settlement.jobs.begin(), settlement.jobs.end());
    }
    insert_events(session, events);
    insert_log(session, log);
    if (!jobs.empty()) {
        check_jobs(jobs);
        check_submission({}, jobs);
        Submission{change, {}, jobs}.submit();
    }
    departures.follow(change);
    return moved;
}

void insert_log(Session& session, std::span<const LogChunk> chunks) {
    json::array rows;
    std::size_t size = 0;
    const auto flush = [&] {
        if (!rows.empty()) session.execute("job_log_insert", {{"rows", json::serialize(rows)}});
        rows.clear();
        size = 0;
    };
    for (const LogChunk& chunk : chunks) {
        if (size + chunk.lines.size() > kMostInStatement) flush();
        size += chunk.lines.size();
        rows.push_back({{"job", chunk.job.value},
                        {"lease", chunk.lease.value},
                        {"number", chunk.number},
                        {"lines", chunk.lines}});
    }
    flush();
}

void insert_events(Session& session, std::span<const std::pair<JobId, JobEvent>> events) {
    if (events.empty()) return;
    json::array rows;
    for (const auto& [job, event] : events)
        rows.push_back({{"job", job.value},
                        {"at", micros(event.at)},
                        {"cause", static_cast<int>(event.cause)},
                        {"attempt", event.attempt},
                        {"error_code", event.error_code},
                        {"message", event.message},
                        {"by_whom", event.by},
                        {"detail", event.detail}});
    session.execute("job_event_insert", {{"rows", json::serialize(rows)}});
}

}  // namespace jobhost::storage
