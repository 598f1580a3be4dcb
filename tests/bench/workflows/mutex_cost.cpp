#include "storage/bench/stopwatch.hpp"
#include "tests/bench/workflows/ground.hpp"
#include "tests/bench/workflows/measures.hpp"

#include <map>

namespace jobhost::bench {

namespace {

MutexCost contend(Place& place, const std::string& space, std::size_t count, std::size_t exchange) {
    Ground ground{place, space};
    ground.storage().limits().set(std::vector<Limit>{{.name = "mutex"}});
    std::vector<NewJob> jobs = ground.jobs(count);
    for (NewJob& job : jobs)
        job.limits = {{"mutex", ""}};
    ground.insert(jobs);
    std::size_t ended = 0;
    std::int64_t claims = 0;
    const Stopwatch watch;
    ground.drain(exchange, [&](const std::vector<ClaimedJob>& runs) {
        demand(runs.size() == 1, "two jobs had the mutex at once");
        ++ended;
        claims += runs.front().lease.value;  // each claim raises it
        demand(runs.front().lease.value <= 2, "a job was claimed more than twice");
    });
    const double seconds = watch.seconds();
    demand(ended == count, "not every job had the mutex once");
    const auto all = static_cast<double>(count);
    return {.millis_for_each = seconds * 1e3 / all, .claims_for_each = static_cast<double>(claims) / all};
}

}  // namespace

MutexCost measure_mutex(Place& place, const Sizes& sizes) {
    MutexCost cost = contend(place, "mutex", sizes.limited, sizes.exchange);
    const MutexCost larger = contend(place, "mutex_larger", 4 * sizes.limited, sizes.exchange);
    cost.growth = larger.millis_for_each / cost.millis_for_each;
    return cost;
}

}  // namespace jobhost::bench
