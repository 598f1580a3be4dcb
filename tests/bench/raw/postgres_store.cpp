#include "tests/bench/raw/postgres_store.hpp"

#include "tests/bench/raw/clock.hpp"
#include "tests/bench/raw/postgres_statements.hpp"

#include <stdexcept>
#include <utility>

namespace jobhost::bench {

namespace {

using enum ElementType;

// `text` with every $n in it as $(n + by), so that statements can be put together.
std::string with_shifted_parameters(const std::string& text, int by) {
    std::string shifted;
    for (std::size_t i = 0; i < text.size(); ++i) {
        shifted += text[i];
        if (text[i] != '$') continue;
        std::size_t digits = 0;
        shifted += std::to_string(std::stoi(text.substr(i + 1), &digits) + by);
        i += digits;
    }
    return shifted;
}

// One statement that settles ($1 to $8), looks for candidates ($9 to $14) and takes the first $15 of them.
std::string exchange_statement(const Shape& shape) {
    const bool keeps = shape.tables == Tables::with_history;
    std::string settle = keeps ? kSettleIntoHistory : kSettle;
    std::string text = "WITH ";
    if (keeps) {
        const std::size_t insertion = settle.find("INSERT INTO job_history");
        text += settle.substr(settle.find("gone AS"), insertion - settle.find("gone AS")) + ", settled AS (" +
                settle.substr(insertion) + ")";
    } else {
        text += "settled AS (" + settle + ")";
    }
    return text + R"sql(, claimed AS (
UPDATE job
SET state = 3, server = $7::integer, lease = lease + 1, attempt = attempt + 1, claimed_at = $8::bigint
WHERE job.ctid = ANY (ARRAY (
    SELECT j.ctid FROM ()sql" +
           with_shifted_parameters(kCandidates, 8) + R"sql() AS c
    CROSS JOIN LATERAL (SELECT ctid FROM job WHERE job.id = c.id AND job.state + 0 = 2 FOR UPDATE SKIP LOCKED) AS j
    LIMIT $15::integer))
AND EXISTS (SELECT FROM server WHERE id = $7::integer AND state = 1)
)sql" + kClaimed +
           R"sql()
SELECT * FROM claimed
UNION ALL
SELECT count(*), 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM settled
)sql";
}

void check_all_moved(std::size_t moved, std::size_t runs) {
    if (moved != runs) throw std::runtime_error{"a run of ours was not there to be settled"};
}

}  // namespace

PostgresStore::PostgresStore(const std::string& uri, const std::string& schema, const Shape& shape,
                             int server)
    : session_{uri, schema},
      server_{server},
      arguments_(static_cast<std::size_t>(shape.argument_bytes), 'x'),
      taken_(static_cast<std::size_t>(shape.lanes)) {
    session_.prepare("insert", kInsert);
    session_.prepare("candidates", kCandidates);
    session_.prepare("claim", kClaim);
    session_.prepare("settle", shape.tables == Tables::one ? kSettle : kSettleIntoHistory);
    session_.prepare("exchange", exchange_statement(shape));
    session_.prepare("begin", "BEGIN");
    session_.prepare("commit", "COMMIT");
}

void PostgresStore::insert(std::int64_t first, int count) {
    ArrayParameter ids{int8}, lanes{int4}, priorities{int4}, policies{int4}, arguments{text};
    for (std::int64_t id = first; id < first + count; ++id) {
        ids.add(id);
        lanes.add(static_cast<std::int32_t>(id % static_cast<std::int64_t>(taken_.size())) + 1);
        priorities.add(std::int32_t{0});
        policies.add(std::int32_t{1});
        arguments.add(arguments_);
    }
    PostgresParameters parameters;
    parameters << ids << lanes << priorities << policies << arguments << now_micros();
    session_.run_prepared("insert", parameters);
}

std::vector<Run> PostgresStore::claim(int most) {
    PostgresParameters request;
    const PostgresRows found = session_.run_prepared("candidates", append_lanes(request, most));
    ArrayParameter ids{int8};
    for (int row = 0; row < found.size(); ++row)
        ids.add(found.number<std::int64_t>(row, 0));
    PostgresParameters parameters;
    parameters << ids << std::int32_t{most} << std::int32_t{server_} << now_micros();
    return remember(session_.run_prepared("claim", parameters));
}

std::vector<Run> PostgresStore::claim_timed(int most, double& seconds) {
    session_.run_prepared("begin", {});
    const Stopwatch watch;
    std::vector<Run> claimed = claim(most);
    seconds = watch.seconds();
    session_.run_prepared("commit", {});
    return claimed;
}

std::size_t PostgresStore::settle(std::span<const Run> runs) {
    return static_cast<std::size_t>(session_.run_prepared("settle", settlements(runs)).size());
}

std::vector<Run> PostgresStore::exchange(Exchange how, std::span<const Run> runs, int most) {
    if (how == Exchange::variation) return exchange_in_one(runs, most);
    if (how == Exchange::fused) session_.run_prepared("begin", {});
    if (!runs.empty()) check_all_moved(settle(runs), runs.size());
    std::vector<Run> claimed = claim(most);
    if (how == Exchange::fused) session_.run_prepared("commit", {});
    return claimed;
}

std::vector<Run> PostgresStore::exchange_in_one(std::span<const Run> runs, int most) {
    PostgresParameters parameters = settlements(runs);
    append_lanes(parameters, most) << std::int32_t{most};
    std::vector<Run> claimed = remember(session_.run_prepared("exchange", parameters));
    check_all_moved(static_cast<std::size_t>(claimed.back().id), runs.size());
    claimed.pop_back();
    return claimed;
}

std::vector<Run> PostgresStore::remember(const PostgresRows& rows) {
    std::vector<Run> runs;
    for (int row = 0; row < rows.size(); ++row) {
        runs.push_back({rows.number<std::int64_t>(row, 0), rows.number<std::int32_t>(row, 1)});
        const auto lane = static_cast<std::size_t>(rows.number<std::int32_t>(row, 2));
        if (lane == 0) continue;  // the row that counts what was settled
        Taken& last = taken_[lane - 1];
        const auto order_key = rows.number<std::int64_t>(row, 3);
        if (std::pair{order_key, runs.back().id} > std::pair{last.order_key, last.id})
            last = {order_key, runs.back().id};
    }
    return runs;
}

PostgresParameters PostgresStore::settlements(std::span<const Run> runs) const {
    ArrayParameter ids{int8}, leases{int4}, states{int2}, reasons{int2}, started{int8}, results{text};
    const std::int64_t now = now_micros();
    for (const Run& run : runs) {
        ids.add(run.id);
        leases.add(static_cast<std::int32_t>(run.lease));
        states.add(std::int16_t{4});
        reasons.add(std::int16_t{0});
        started.add(now);
        results.add_null();
    }
    PostgresParameters parameters;
    parameters << ids << leases << states << reasons << started << results << std::int32_t{server_} << now;
    return parameters;
}

PostgresParameters& PostgresStore::append_lanes(PostgresParameters& parameters, int most) const {
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
