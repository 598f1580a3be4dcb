#include "tests/bench/raw/sqlite_store.hpp"

#include "tests/bench/raw/clock.hpp"
#include "tests/bench/raw/sqlite_statements.hpp"

#include <algorithm>
#include <stdexcept>

namespace jobhost::bench {

namespace {

constexpr int kSucceeded = 4;

std::string array_of(const std::vector<std::int64_t>& ids) {
    std::string json = "[";
    for (const std::int64_t id : ids)
        json += (json.size() > 1 ? "," : "") + std::to_string(id);
    return json + "]";
}

}  // namespace

SqliteStore::SqliteStore(SqliteSession& session, const Shape& shape, int server)
    : server_{server},
      arguments_(static_cast<std::size_t>(shape.argument_bytes), 'x'),
      taken_(static_cast<std::size_t>(shape.lanes)),
      begin_{session, "BEGIN IMMEDIATE"},
      commit_{session, "COMMIT"},
      insert_{session, kSqliteInsert},
      candidates_{session, kSqliteCandidates},
      claim_{session, kSqliteClaim},
      claim_row_{session, kSqliteClaimRow},
      settle_{session, kSqliteSettle},
      settle_row_{session, kSqliteSettleRow} {
    if (shape.tables == Tables::with_history)
        history_.emplace(History{{session, kSqliteKeepAll},
                                 {session, kSqliteRemoveAll},
                                 {session, kSqliteKeepRow},
                                 {session, kSqliteRemoveRow}});
}

void SqliteStore::insert(std::int64_t first, int count) {
    std::string rows = "[";
    for (std::int64_t id = first; id < first + count; ++id) {
        const auto lane = id % static_cast<std::int64_t>(taken_.size()) + 1;
        rows += (id == first ? "[" : ",[") + std::to_string(id) + "," + std::to_string(lane) + ",0,1,\"" +
                arguments_ + "\"]";
    }
    rows += "]";
    insert_.bind(1, rows).bind(2, now_micros()).run();
}

std::vector<Run> SqliteStore::claim(int most) {
    double ignored = 0;
    return claim_timed(most, ignored);
}

std::vector<Run> SqliteStore::claim_timed(int most, double& seconds) {
    begin_.run();
    const Stopwatch watch;
    std::vector<Run> claimed = take(most);
    seconds = watch.seconds();
    commit_.run();
    return claimed;
}

std::size_t SqliteStore::settle(std::span<const Run> runs) {
    begin_.run();
    const std::size_t moved = finish(runs);
    commit_.run();
    return moved;
}

std::vector<Run> SqliteStore::exchange(Exchange how, std::span<const Run> runs, int most) {
    begin_.run();
    const bool by_row = how == Exchange::variation;
    if (!runs.empty() && (by_row ? finish_one_by_one(runs) : finish(runs)) != runs.size())
        throw std::runtime_error{"a run of ours was not there to be settled"};
    if (how == Exchange::separate) {
        commit_.run();
        begin_.run();
    }
    std::vector<Run> claimed = by_row ? take_one_by_one(most) : take(most);
    commit_.run();
    return claimed;
}

std::vector<SqliteStore::Candidate> SqliteStore::best(int most) {
    std::vector<Candidate> found;
    for (std::size_t lane = 0; lane < taken_.size(); ++lane) {
        const Candidate& last = taken_[lane];
        candidates_.bind(1, static_cast<std::int64_t>(lane) + 1).bind(2, last.order_key).bind(3, last.id);
        candidates_.bind(4, std::int64_t{most});
        while (candidates_.next())
            found.push_back({candidates_.number(0), candidates_.number(1), lane});
    }
    std::sort(found.begin(), found.end());
    if (found.size() > static_cast<std::size_t>(most)) found.resize(static_cast<std::size_t>(most));
    return found;
}

std::vector<Run> SqliteStore::take(int most) {
    const std::vector<Candidate> found = best(most);
    std::vector<std::int64_t> ids;
    for (const Candidate& candidate : found)
        ids.push_back(candidate.id);
    const std::string json = array_of(ids);
    claim_.bind(1, json).bind(2, server_).bind(3, now_micros());
    std::vector<Run> claimed;
    while (claim_.next())
        claimed.push_back({claim_.number(0), claim_.number(1)});
    remember(found);
    return claimed;
}

std::vector<Run> SqliteStore::take_one_by_one(int most) {
    const std::vector<Candidate> found = best(most);
    std::vector<Run> claimed;
    claim_row_.bind(2, server_).bind(3, now_micros());
    for (const Candidate& candidate : found) {
        claim_row_.bind(1, candidate.id);
        while (claim_row_.next())
            claimed.push_back({claim_row_.number(0), claim_row_.number(1)});
    }
    remember(found);
    return claimed;
}

std::size_t SqliteStore::finish(std::span<const Run> runs) {
    const std::int64_t now = now_micros();
    std::string rows = "[";
    for (const Run& run : runs)
        rows += (rows.size() > 1 ? ",[" : "[") + std::to_string(run.id) + "," + std::to_string(run.lease) +
                "," + std::to_string(kSucceeded) + ",0," + std::to_string(now) + ",null]";
    rows += "]";
    SqliteStatement& statement = history_ ? history_->keep_all : settle_;
    statement.bind(1, rows).bind(2, server_).bind(3, now);
    std::vector<std::int64_t> moved;
    while (statement.next())
        moved.push_back(statement.number(0));
    if (history_) {
        const std::string json = array_of(moved);
        history_->remove_all.bind(1, json).run();
    }
    return moved.size();
}

std::size_t SqliteStore::finish_one_by_one(std::span<const Run> runs) {
    const std::int64_t now = now_micros();
    SqliteStatement& statement = history_ ? history_->keep_row : settle_row_;
    statement.bind(2, server_)
        .bind(3, now)
        .bind(4, std::int64_t{kSucceeded})
        .bind(5, std::int64_t{0})
        .bind(6, now);
    std::size_t moved = 0;
    for (const Run& run : runs) {
        const int changed = statement.bind(1, run.id).bind(7, run.lease).run();
        if (changed == 1 && history_) history_->remove_row.bind(1, run.id).run();
        moved += static_cast<std::size_t>(changed);
    }
    return moved;
}

void SqliteStore::remember(const std::vector<Candidate>& taken) {
    for (const Candidate& candidate : taken)
        taken_[candidate.lane] = candidate;
}

}  // namespace jobhost::bench
