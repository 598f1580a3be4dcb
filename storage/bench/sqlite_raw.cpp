#include "storage/bench/sqlite_raw.hpp"

#include "storage/bench/sqlite_statements.hpp"
#include "storage/bench/stopwatch.hpp"

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

// A text of JSON as a string in JSON.
std::string in_json(const std::string& text) {
    std::string quoted = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') quoted += '\\';
        quoted += character;
    }
    return quoted + "\"";
}

}  // namespace

SqliteRaw::SqliteRaw(const std::string& file, std::int64_t server)
    : session_{file},
      server_{server},
      begin_{session_, "BEGIN IMMEDIATE"},
      commit_{session_, "COMMIT"},
      insert_{session_, kSqliteInsert},
      candidates_{session_, kSqliteCandidates},
      claim_{session_, kSqliteClaim},
      settle_{session_, kSqliteSettle} {}

void SqliteRaw::insert(std::int64_t first, int count) {
    static const std::string arguments = in_json(kArguments);
    std::string rows = "[";
    for (std::int64_t id = first; id < first + count; ++id)
        rows += (id == first ? "[" : ",[") + std::to_string(id) + "," +
                std::to_string(id % kServedLanes + 1) + ",0,1," + arguments + "]";
    rows += "]";
    insert_.bind(1, rows).bind(2, now_micros()).run();
}

std::vector<Run> SqliteRaw::claim(int most) {
    double ignored = 0;
    return claim_timed(most, ignored);
}

std::vector<Run> SqliteRaw::claim_timed(int most, double& seconds) {
    begin_.run();
    const Stopwatch watch;
    std::vector<Run> claimed = take(most);
    seconds = watch.seconds();
    commit_.run();
    return claimed;
}

std::size_t SqliteRaw::settle(std::span<const Run> runs) {
    begin_.run();
    const std::size_t moved = finish(runs);
    commit_.run();
    return moved;
}

std::vector<Run> SqliteRaw::exchange(Exchange how, std::span<const Run> runs, int most) {
    begin_.run();
    if (!runs.empty() && finish(runs) != runs.size())
        throw std::runtime_error{"a run of ours was not there to be settled"};
    if (how == Exchange::separate) {
        commit_.run();
        begin_.run();
    }
    std::vector<Run> claimed = take(most);
    commit_.run();
    return claimed;
}

std::vector<SqliteRaw::Candidate> SqliteRaw::best(int most) {
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

std::vector<Run> SqliteRaw::take(int most) {
    const std::vector<Candidate> found = best(most);
    std::vector<std::int64_t> ids;
    for (const Candidate& candidate : found)
        ids.push_back(candidate.id);
    const std::string json = array_of(ids);
    claim_.bind(1, json).bind(2, server_).bind(3, now_micros());
    std::vector<Run> claimed;
    while (claim_.next())
        claimed.push_back({claim_.number(0), claim_.number(1)});
    for (const Candidate& candidate : found)
        taken_[candidate.lane] = candidate;
    return claimed;
}

std::size_t SqliteRaw::finish(std::span<const Run> runs) {
    const std::int64_t now = now_micros();
    std::string rows = "[";
    for (const Run& run : runs)
        rows += (rows.size() > 1 ? ",[" : "[") + std::to_string(run.id) + "," + std::to_string(run.lease) +
                "," + std::to_string(kSucceeded) + ",0," + std::to_string(now) + ",null]";
    rows += "]";
    settle_.bind(1, rows).bind(2, server_).bind(3, now);
    std::size_t moved = 0;
    while (settle_.next())
        ++moved;
    return moved;
}

}  // namespace jobhost::bench
