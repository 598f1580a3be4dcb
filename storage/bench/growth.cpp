#include "storage/bench/measurements.hpp"

#include <array>

namespace jobhost::bench {

namespace {

constexpr int kReady = 200;
constexpr int kBatch = 100;
constexpr int kClaimsOfRound = 100;

constexpr std::array kBallast{Ballast::none, Ballast::retained, Ballast::future, Ballast::unserved};

// A space with its ballast, in which as many jobs are ready before each claim.
class Ground {
public:
    Ground(Place& place, const std::string& space, Contender contender, Ballast ballast, std::int64_t rows) {
        place.make(space, 1);
        connection_ = place.connect(space, contender, 1);
        insert(kReady);
        place.load(space, ballast, rows);
    }

    // Microseconds.
    double claim() {
        double seconds = 0;
        const std::vector<Run> runs = connection_->claim_timed(kBatch, seconds);
        if (runs.size() != kBatch || connection_->settle(runs) != kBatch)
            throw std::runtime_error{"a claim came back short although jobs were ready"};
        insert(kBatch);
        return seconds * 1e6;
    }

private:
    void insert(int count) {
        connection_->insert(next_id_, count);
        next_id_ += count;
    }
    std::unique_ptr<Connection> connection_;
    std::int64_t next_id_ = 1;
};

// In turns, so that whatever else the machine does meets all of them.
std::vector<Growth> growth_of(std::vector<Ground>& grounds, const Plan& plan) {
    std::array<std::vector<double>, kBallast.size()> micros;
    for (int claim = 0; claim < plan.rounds * kClaimsOfRound; ++claim)
        for (std::size_t i = 0; i < grounds.size(); ++i) {
            if (plan.is_stopped != nullptr && *plan.is_stopped) throw Stopped{};
            micros[i].push_back(grounds[i].claim());
        }
    const double alone = median_of(micros[0]);
    std::vector<Growth> growth;
    for (std::size_t i = 0; i < grounds.size(); ++i) {
        const double median = median_of(micros[i]);
        growth.push_back({name_of(kBallast[i]), median, median / alone});
    }
    return growth;
}

}  // namespace

std::vector<Figures> measure_growth(Place& place, const Plan& plan) {
    std::vector<Figures> all;
    for (const Contender contender : plan.contenders) {
        std::vector<Ground> grounds;
        for (const Ballast ballast : kBallast) {
            if (plan.is_stopped != nullptr && *plan.is_stopped) throw Stopped{};
            plan.report("putting in rows: " + name_of(ballast));
            grounds.emplace_back(place, "growth_" + name_of(ballast), contender, ballast, plan.ballast);
        }
        plan.report(name_of(contender) + " claims beside them");
        all.push_back({.contender = name_of(contender), .growth = growth_of(grounds, plan)});
    }
    return all;
}

}  // namespace jobhost::bench
