#include "storage/bench/cpu_time.hpp"
#include "storage/bench/measurements.hpp"
#include "storage/bench/stopwatch.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <numeric>
#include <thread>

namespace jobhost::bench {

namespace {

const std::string kSpace = "drain";

using Connections = std::vector<std::unique_ptr<Connection>>;

void check_goes_on(const Plan& plan) {
    if (plan.is_stopped != nullptr && *plan.is_stopped) throw Stopped{};
}

// Runs `deed` for every connection at the same time, and measures until the last has done.
Speed timed(Place& place, const Connections& connections, int rows,
            const std::function<void(std::size_t)>& deed) {
    std::vector<std::exception_ptr> faults(connections.size());
    const auto server_before = place.server_seconds();
    const double own_before = own_seconds();
    const Stopwatch watch;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < connections.size(); ++i)
            threads.emplace_back([&, i] {
                try {
                    deed(i);
                } catch (...) {
                    faults[i] = std::current_exception();
                }
            });
    }
    const double seconds = watch.seconds();
    const double own = own_seconds() - own_before;
    const auto server_after = place.server_seconds();
    for (const std::exception_ptr& fault : faults)
        if (fault) std::rethrow_exception(fault);
    Speed speed{.rows_per_second = rows / seconds, .client_micros = own / rows * 1e6};
    if (server_before && server_after) speed.server_micros = (*server_after - *server_before) / rows * 1e6;
    return speed;
}

// Claims and settles until nothing is left; how many jobs that were.
int drain(Connection& connection, Exchange how, int batch, const Plan& plan) {
    int settled = 0;
    std::vector<Run> held;
    do {
        check_goes_on(plan);
        const auto runs = static_cast<int>(held.size());
        held = connection.exchange(how, held, batch);
        settled += runs;
    } while (!held.empty());
    return settled;
}

struct Speeds {
    Speed insert, drain;
};

Speeds measure_once(Place& place, const Plan& plan, Contender contender, int connection_count, int batch,
                    Exchange how) {
    check_goes_on(plan);
    place.make(kSpace, connection_count);
    if (plan.retained > 0) place.load(kSpace, Ballast::retained, plan.retained);
    Connections connections;
    for (int server = 1; server <= connection_count; ++server)
        connections.push_back(place.connect(kSpace, contender, server));
    const int each = std::max(1, jobs_for(batch, plan.scale) / connection_count / batch) * batch;
    const int rows = each * connection_count;
    Speeds speeds;
    speeds.insert = timed(place, connections, rows, [&](std::size_t i) {
        const auto first = static_cast<std::int64_t>(i) * each + 1;
        for (int done = 0; done < each; done += batch) {
            check_goes_on(plan);
            connections[i]->insert(first + done, batch);
        }
    });
    std::vector<int> settled(connections.size());
    speeds.drain = timed(place, connections, rows,
                         [&](std::size_t i) { settled[i] = drain(*connections[i], how, batch, plan); });
    if (std::accumulate(settled.begin(), settled.end(), 0) != rows)
        throw std::runtime_error{"not every job was claimed and settled once"};
    return speeds;
}

Speed median_of(const std::vector<Speed>& all) {
    const auto median = [&](auto member) -> std::optional<double> {
        std::vector<double> values;
        for (const Speed& speed : all)
            if (const std::optional<double> value = speed.*member) values.push_back(*value);
        if (values.empty()) return std::nullopt;
        return bench::median_of(values);
    };
    return {median(&Speed::rows_per_second).value_or(0), median(&Speed::server_micros),
            median(&Speed::client_micros)};
}

// Who comes first in one round comes last in the next.
std::vector<Contender> in_turn(std::vector<Contender> contenders, int round) {
    if (round % 2 == 1) std::reverse(contenders.begin(), contenders.end());
    return contenders;
}

}  // namespace

int jobs_for(int batch, double scale) {
    const int batches = static_cast<int>(std::ceil(2000 * std::sqrt(batch) * scale / batch));
    return std::max(2, batches) * batch;
}

std::vector<Figures> measure_speeds(Place& place, const Plan& plan) {
    const std::pair<Exchange, std::string> deeds[] = {{Exchange::separate, kSeparate},
                                                      {Exchange::fused, kFused}};
    std::map<Contender, std::map<Work, std::vector<Speed>>> found;
    for (int round = 0; round < plan.rounds; ++round)
        for (const int connections : plan.connections)
            for (const int batch : plan.batches)
                for (const auto& [how, deed] : deeds)
                    for (const Contender contender : in_turn(plan.contenders, round)) {
                        plan.report("round " + std::to_string(round + 1) + " of " +
                                    std::to_string(plan.rounds) + ", batches of " + std::to_string(batch) +
                                    ", " + deed + ": " + name_of(contender));
                        const Speeds speeds = measure_once(place, plan, contender, connections, batch, how);
                        found[contender][{connections, kInsert, batch}].push_back(speeds.insert);
                        found[contender][{connections, deed, batch}].push_back(speeds.drain);
                    }
    std::vector<Figures> all;
    for (const Contender contender : plan.contenders) {
        Figures& figures = all.emplace_back(Figures{.contender = name_of(contender)});
        for (const auto& [work, speeds] : found[contender])
            figures.speeds[work] = median_of(speeds);
    }
    return all;
}

}  // namespace jobhost::bench
