// The deeds of a store on SQLite, in sqlite3 and SQL alone.
#pragma once

#include "storage/bench/connection.hpp"
#include "storage/bench/sqlite_session.hpp"

namespace jobhost::bench {

class SqliteRaw final : public Connection {
public:
    // `server`: the number of a live one.
    SqliteRaw(const std::string& file, std::int64_t server);

    void insert(std::int64_t first, int count) override;
    std::vector<Run> claim(int most) override;
    std::vector<Run> claim_timed(int most, double& seconds) override;
    std::size_t settle(std::span<const Run> runs) override;
    std::vector<Run> exchange(Exchange how, std::span<const Run> runs, int most) override;

    const SqliteSession& session() const noexcept { return session_; }

private:
    struct Candidate {
        std::int64_t order_key = INT64_MIN;
        std::int64_t id = 0;
        std::size_t lane = 0;
        auto operator<=>(const Candidate&) const = default;
    };

    std::vector<Candidate> best(int most);
    std::vector<Run> take(int most);
    std::size_t finish(std::span<const Run> runs);

    SqliteSession session_;
    std::int64_t server_;
    std::array<Candidate, kServedLanes> taken_;  // the last job taken from each lane, the first is lane 1
    SqliteStatement begin_, commit_, insert_, candidates_, claim_, settle_;
};

}  // namespace jobhost::bench
