#include "storage/bench/postgres_raw.hpp"

#include "storage/bench/postgres_statements.hpp"
#include "storage/bench/stopwatch.hpp"

#include <stdexcept>
#include <utility>

namespace jobhost::bench {

namespace {

using enum ElementType;

void check_all_moved(std::size_t moved, std::size_t runs) {
    if (moved != runs) throw std::runtime_error{"a run of ours was not there to be settled"};
}

}  // namespace

PostgresRaw::PostgresRaw(const std::string& uri, const std::string& schema, std::int64_t server)
    : session_{uri, schema}, server_{server} {
    session_.prepare("insert", kPostgresInsert);
    session_.prepare("candidates", kPostgresCandidates);
    session_.prepare("claim", kPostgresClaim);
    session_.prepare("settle", kPostgresSettle);
    session_.prepare("begin", "BEGIN");
    session_.prepare("commit", "COMMIT");
}

void PostgresRaw::insert(std::int64_t first, int count) {
    ArrayParameter ids{int8}, lanes{int4}, priorities{int4}, policies{int4}, arguments{text};
    for (std::int64_t id = first; id < first + count; ++id) {
        ids.add(id);
        lanes.add(static_cast<std::int32_t>(id % kServedLanes) + 1);
        priorities.add(std::int32_t{0});
        policies.add(std::int32_t{1});
        arguments.add(kArguments);
    }
    PostgresParameters parameters;
    parameters << ids << lanes << priorities << policies << arguments << now_micros();
    session_.run_prepared("insert", parameters);
}

std::vector<Run> PostgresRaw::claim(int most) {
    PostgresParameters request;
    const PostgresRows found = session_.run_prepared("candidates", append_lanes(request, most));
    ArrayParameter ids{int8};
    for (int row = 0; row < found.size(); ++row)
        ids.add(found.number<std::int64_t>(row, 0));
    PostgresParameters parameters;
    parameters << ids << std::int32_t{most} << server_ << now_micros();
    return remember(session_.run_prepared("claim", parameters));
}

std::vector<Run> PostgresRaw::claim_timed(int most, double& seconds) {
    session_.run_prepared("begin", {});
    const Stopwatch watch;
    std::vector<Run> claimed = claim(most);
    seconds = watch.seconds();
    session_.run_prepared("commit", {});
    return claimed;
}

std::size_t PostgresRaw::settle(std::span<const Run> runs) {
    return static_cast<std::size_t>(session_.run_prepared("settle", settlements(runs)).size());
}

std::vector<Run> PostgresRaw::exchange(Exchange how, std::span<const Run> runs, int most) {
    if (how == Exchange::fused) session_.run_prepared("begin", {});
    if (!runs.empty()) check_all_moved(settle(runs), runs.size());
    std::vector<Run> claimed = claim(most);
    if (how == Exchange::fused) session_.run_prepared("commit", {});
    return claimed;
}

std::vector<Run> PostgresRaw::remember(const PostgresRows& rows) {
    std::vector<Run> runs;
    for (int row = 0; row < rows.size(); ++row) {
        runs.push_back({rows.number<std::int64_t>(row, 0), rows.number<std::int64_t>(row, 1)});
        Taken& last = taken_.at(static_cast<std::size_t>(rows.number<std::int64_t>(row, 2)) - 1);
        const auto order_key = rows.number<std::int64_t>(row, 3);
        if (std::pair{order_key, runs.back().id} > std::pair{last.order_key, last.id})
            last = {order_key, runs.back().id};
    }
    return runs;
}

PostgresParameters PostgresRaw::settlements(std::span<const Run> runs) const {
    ArrayParameter ids{int8}, leases{int8}, states{int2}, reasons{int2}, started{int8}, results{text};
    const std::int64_t now = now_micros();
    for (const Run& run : runs) {
        ids.add(run.id);
        leases.add(run.lease);
        states.add(std::int16_t{4});
        reasons.add(std::int16_t{0});
        started.add(now);
        results.add_null();
    }
    PostgresParameters parameters;
    parameters << ids << leases << states << reasons << started << results << server_ << now;
    return parameters;
}

PostgresParameters& PostgresRaw::append_lanes(PostgresParameters& parameters, int most) const {
    ArrayParameter lanes{int4}, ranks{int4}, keys{int8}, ids{int8};
    for (std::size_t lane = 0; lane < taken_.size(); ++lane) {
        lanes.add(static_cast<std::int32_t>(lane) + 1);
        ranks.add(std::int32_t{0});
        keys.add(taken_[lane].order_key);
        ids.add(taken_[lane].id);
    }
    const auto count = static_cast<std::int32_t>(taken_.size());
    return parameters << lanes << ranks << keys << ids << (2 * most + count - 1) / count + 16 << 2 * most;
}

}  // namespace jobhost::bench
