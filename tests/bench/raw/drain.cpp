#include "tests/bench/raw/clock.hpp"
#include "tests/bench/raw/cpu_time.hpp"
#include "tests/bench/raw/measurements.hpp"

#include <cmath>
#include <exception>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <thread>

namespace jobhost::bench {

namespace {

const std::string kSpace = "drain";
constexpr int kCostBatch = 100;

using Stores = std::vector<std::unique_ptr<Connection>>;

// Larger batches are faster, and need more jobs for as long a measurement.
int jobs_for(int batch, double scale) {
    const int batches = static_cast<int>(std::ceil(2000 * std::sqrt(batch) * scale / batch));
    return std::max(2, batches) * batch;
}

// Runs `deed` for every store at the same time, and measures until the last has done.
Speed timed(Database& database, const Stores& stores, int rows,
            const std::function<void(std::size_t)>& deed) {
    std::vector<std::exception_ptr> faults(stores.size());
    const auto server_before = database.server_seconds();
    const double own_before = own_seconds();
    const Stopwatch watch;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < stores.size(); ++i)
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
    const auto server_after = database.server_seconds();
    for (const std::exception_ptr& fault : faults)
        if (fault) std::rethrow_exception(fault);
    Speed speed{.rows_per_second = rows / seconds, .client_micros = own / rows * 1e6};
    if (server_before && server_after) speed.server_micros = (*server_after - *server_before) / rows * 1e6;
    return speed;
}

// Claims and settles until nothing is left; how many jobs that were.
int drain(Connection& store, Exchange how, int batch) {
    int settled = 0;
    std::vector<Run> held;
    do {
        const auto runs = static_cast<int>(held.size());
        held = store.exchange(how, held, batch);
        settled += runs;
    } while (!held.empty());
    return settled;
}

struct Speeds {
    Speed insert, drain;
};

Speeds measure_once(Database& database, const Plan& plan, const Shape& shape, int connections, int batch,
                    Exchange how) {
    database.make(kSpace, shape);
    if (plan.retained > 0) database.load(kSpace, Ballast::retained, plan.retained);
    Stores stores;
    for (int server = 1; server <= connections; ++server)
        stores.push_back(database.connect(kSpace, server));
    const int each = jobs_for(batch, plan.scale) / connections / batch * batch;
    const int rows = each * connections;
    Speeds speeds;
    speeds.insert = timed(database, stores, rows, [&](std::size_t i) {
        const auto first = static_cast<std::int64_t>(i) * each + 1;
        for (int done = 0; done < each; done += batch)
            stores[i]->insert(first + done, batch);
    });
    std::vector<int> settled(stores.size());
    speeds.drain =
        timed(database, stores, rows, [&](std::size_t i) { settled[i] = drain(*stores[i], how, batch); });
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

// All jobs are inserted, then all claimed, then all settled, so that it is plain what each step writes.
std::vector<Cost> costs_of(Database& database, const Shape& shape, double scale) {
    database.make(kSpace, shape);
    const auto store = database.connect(kSpace, 1);
    const int rows = jobs_for(kCostBatch, scale);
    std::vector<Cost> costs;
    const auto step = [&](const std::string& name, const auto& deed) {
        deed();
        const auto [entries, bytes, images] = database.writes(kSpace);
        const auto each = [&](std::optional<double> all) { return all ? std::optional{*all / rows} : all; };
        costs.push_back({name, each(entries), each(bytes), each(images)});
    };
    database.writes(kSpace);
    step("insert", [&] {
        for (int done = 0; done < rows; done += kCostBatch)
            store->insert(done + 1, kCostBatch);
    });
    std::vector<std::vector<Run>> held;
    step("claim", [&] {
        for (int done = 0; done < rows; done += kCostBatch)
            held.push_back(store->claim(kCostBatch));
    });
    step("settle", [&] {
        for (const std::vector<Run>& runs : held)
            store->settle(runs);
    });
    return costs;
}

}  // namespace

std::vector<Figures> measure(Database& database, const Plan& plan) {
    const std::pair<Exchange, std::string> deeds[] = {{Exchange::separate, "claim, settle"},
                                                      {Exchange::fused, "fused"},
                                                      {Exchange::variation, database.variation()}};
    std::vector<std::map<Work, std::vector<Speed>>> found(plan.shapes.size());
    for (int round = 0; round < plan.rounds; ++round)
        for (const int connections : plan.connections)
            for (const int batch : plan.batches)
                for (const auto& [how, deed] : deeds)
                    for (std::size_t i = 0; i < plan.shapes.size(); ++i) {
                        const Speeds speeds =
                            measure_once(database, plan, plan.shapes[i], connections, batch, how);
                        found[i][{connections, "insert", batch}].push_back(speeds.insert);
                        found[i][{connections, deed, batch}].push_back(speeds.drain);
                    }
    std::vector<Figures> all;
    for (std::size_t i = 0; i < plan.shapes.size(); ++i) {
        Figures figures{.tables = name_of(plan.shapes[i].tables)};
        for (const auto& [work, speeds] : found[i])
            figures.speeds[work] = median_of(speeds);
        figures.costs = costs_of(database, plan.shapes[i], plan.scale);
        all.push_back(std::move(figures));
    }
    return all;
}

}  // namespace jobhost::bench
