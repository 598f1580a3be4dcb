#include "tests/bench/raw/measurements.hpp"

#include <array>
#include <stdexcept>

namespace jobhost::bench {

namespace {

constexpr int kReady = 200;
constexpr int kBatch = 100;
constexpr int kClaimsOfRound = 100;

constexpr std::array kBallast{Ballast::none, Ballast::retained, Ballast::future, Ballast::unserved};

// A space with its ballast, in which as many jobs are ready before each claim.
class Ground {
public:
    Ground(Database& database, const std::string& space, const Shape& shape, Ballast ballast,
           std::int64_t rows) {
        database.make(space, shape);
        store_ = database.connect(space, 1);
        insert(kReady);
        database.load(space, ballast, rows);
    }

    // Microseconds, without the commit.
    double claim() {
        double seconds = 0;
        const std::vector<Run> runs = store_->claim_timed(kBatch, seconds);
        if (runs.size() != kBatch || store_->settle(runs) != kBatch)
            throw std::runtime_error{"a claim came back short although jobs were ready"};
        insert(kBatch);
        return seconds * 1e6;
    }

private:
    void insert(int count) {
        store_->insert(next_id_, count);
        next_id_ += count;
    }
    std::unique_ptr<Connection> store_;
    std::int64_t next_id_ = 1;
};

}  // namespace

std::vector<Figures> measure_growth(Database& database, const Plan& plan) {
    std::vector<Figures> all;
    for (const Shape& shape : plan.shapes) {
        Figures figures{.tables = name_of(shape.tables)};
        std::vector<Ground> grounds;
        for (const Ballast ballast : kBallast)
            grounds.emplace_back(database, "growth_" + name_of(ballast), shape, ballast, plan.ballast);
        // In turns, so that whatever else the machine does meets all of them.
        std::array<std::vector<double>, kBallast.size()> micros;
        for (int claim = 0; claim < plan.rounds * kClaimsOfRound; ++claim)
            for (std::size_t i = 0; i < grounds.size(); ++i)
                micros[i].push_back(grounds[i].claim());
        const double alone = median_of(micros[0]);
        for (std::size_t i = 0; i < grounds.size(); ++i) {
            const double median = median_of(micros[i]);
            figures.growth.push_back({name_of(kBallast[i]), median, median / alone});
        }
        all.push_back(std::move(figures));
    }
    return all;
}

}  // namespace jobhost::bench
