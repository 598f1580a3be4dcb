// The deeds of a store on PostgreSQL, in libpq and SQL alone.
#pragma once

#include "storage/bench/connection.hpp"
#include "storage/bench/postgres_session.hpp"

namespace jobhost::bench {

class PostgresRaw final : public Connection {
public:
    // `server`: the number of a live one.
    PostgresRaw(const std::string& uri, const std::string& schema, std::int64_t server);

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

    PostgresSession session_;
    std::int64_t server_;
    std::array<Taken, kServedLanes> taken_;  // the first is lane 1
};

}  // namespace jobhost::bench
