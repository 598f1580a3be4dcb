// The deeds of a store on SQLite.
#pragma once

#include "tests/bench/raw/sqlite_connection.hpp"
#include "tests/bench/raw/workload.hpp"

#include <optional>

namespace jobhost::bench {

class SqliteStore : public Connection {
public:
    // `session` must outlive the store.
    SqliteStore(SqliteSession& session, const Shape& shape, int server);

    void insert(std::int64_t first, int count) override;
    std::vector<Run> claim(int most) override;
    std::vector<Run> claim_timed(int most, double& seconds) override;
    std::size_t settle(std::span<const Run> runs) override;
    std::vector<Run> exchange(Exchange how, std::span<const Run> runs, int most) override;

private:
    struct Candidate {
        std::int64_t order_key = INT64_MIN;
        std::int64_t id = 0;
        std::size_t lane = 0;
        auto operator<=>(const Candidate&) const = default;
    };
    // Statements that write into the table of finished jobs.
    struct History {
        SqliteStatement keep_all, remove_all, keep_row, remove_row;
    };

    std::vector<Candidate> best(int most);
    std::vector<Run> take(int most);
    std::vector<Run> take_one_by_one(int most);
    std::size_t finish(std::span<const Run> runs);
    std::size_t finish_one_by_one(std::span<const Run> runs);
    void remember(const std::vector<Candidate>& taken);

    std::int64_t server_;
    std::string arguments_;
    std::vector<Candidate> taken_;  // the last job taken from each lane, the first is lane 1
    SqliteStatement begin_, commit_, insert_, candidates_, claim_, claim_row_, settle_, settle_row_;
    std::optional<History> history_;
};

}  // namespace jobhost::bench
