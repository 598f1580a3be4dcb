// The deeds of a store on PostgreSQL.
#pragma once

#include "tests/bench/raw/postgres_connection.hpp"
#include "tests/bench/raw/workload.hpp"

namespace jobhost::bench {

class PostgresStore : public Connection {
public:
    PostgresStore(const std::string& uri, const std::string& schema, const Shape& shape, int server);

    void insert(std::int64_t first, int count) override;
    std::vector<Run> claim(int most) override;
    std::vector<Run> claim_timed(int most, double& seconds) override;
    std::size_t settle(std::span<const Run> runs) override;
    std::vector<Run> exchange(Exchange how, std::span<const Run> runs, int most) override;

private:
    // The last job taken from a lane.
    struct Taken {
        std::int64_t order_key = INT64_MIN;
        std::int64_t id = 0;
    };
    std::vector<Run> remember(const PostgresRows& rows);
    PostgresParameters settlements(std::span<const Run> runs) const;
    // The lanes with the last job taken from each, and how many candidates there may be for `most` jobs.
    PostgresParameters& append_lanes(PostgresParameters& parameters, int most) const;
    std::vector<Run> exchange_in_one(std::span<const Run> runs, int most);

    PostgresSession session_;
    int server_;
    std::string arguments_;
    std::vector<Taken> taken_;  // by lane, the first is lane 1
};

}  // namespace jobhost::bench
