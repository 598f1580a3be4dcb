#include "storage/bench/cpu_time.hpp"
#include "storage/bench/measurements.hpp"
#include "storage/bench/stopwatch.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <thread>

namespace jobhost::bench {

namespace {

// In so many pieces is a measurement done, and between them the others have their turn: a disk that is busy
// for a second is so for all of them.
constexpr int kSlices = 10;

void check_goes_on(const Plan& plan) {
    if (plan.is_stopped != nullptr && *plan.is_stopped) throw Stopped{};
}

// What some work has taken.
struct Spent {
    double seconds = 0;
    double own_seconds = 0;
    std::optional<double> server_seconds = 0;

    Speed over(int rows) const {
        Speed speed{.rows_per_second = rows / seconds, .client_micros = own_seconds / rows * 1e6};
        if (server_seconds) speed.server_micros = *server_seconds / rows * 1e6;
        return speed;
    }
};

// A contender in one measurement, with a space of its own.
class Entrant {
public:
    Entrant(Place& place, const Plan& plan, Contender contender, int connections, int batch)
        : place_{place},
          plan_{plan},
          batch_{batch},
          batches_{std::max(1, jobs_for(batch, plan.scale) / connections / batch)} {
        const std::string space = "drain_" + name_of(contender);
        place.make(space, connections);
        if (plan.retained > 0) place.load(space, Ballast::retained, plan.retained);
        for (int server = 1; server <= connections; ++server)
            threads_.push_back({.connection = place.connect(space, contender, server)});
    }

    // Each false: all has been done.
    bool insert_some() {
        if (inserted_ == batches_) return false;
        const int end = std::min(batches_, inserted_ + slice());
        add(insert_, [&](Thread& thread, int number) {
            for (int done = inserted_; done < end; ++done) {
                check_goes_on(plan_);
                const std::int64_t before = std::int64_t{number} * batches_ + done;
                thread.connection->insert(before * batch_ + 1, batch_);
            }
        });
        inserted_ = end;
        return true;
    }
    bool drain_some(Exchange how) {
        if (std::all_of(threads_.begin(), threads_.end(),
                        [](const Thread& thread) { return thread.is_done; }))
            return false;
        add(drain_, [&](Thread& thread, int) {
            for (int done = 0; done < slice() && !thread.is_done; ++done) {
                check_goes_on(plan_);
                const auto runs = static_cast<int>(thread.held.size());
                thread.held = thread.connection->exchange(how, thread.held, batch_);
                thread.settled += runs;
                thread.is_done = thread.held.empty();
            }
        });
        return true;
    }

    Speed insert_speed() const { return insert_.over(rows()); }
    // Throws if not every job was claimed and settled once.
    Speed drain_speed() const {
        int settled = 0;
        for (const Thread& thread : threads_)
            settled += thread.settled;
        if (settled != rows()) throw std::runtime_error{"not every job was claimed and settled once"};
        return drain_.over(rows());
    }

private:
    struct Thread {
        std::unique_ptr<Connection> connection;
        std::vector<Run> held;
        int settled = 0;
        bool is_done = false;
    };

    int slice() const { return (batches_ + kSlices - 1) / kSlices; }
    int rows() const { return static_cast<int>(threads_.size()) * batches_ * batch_; }

    // Runs `deed` on every connection at the same time, and measures until the last has done.
    void add(Spent& spent, const std::function<void(Thread&, int number)>& deed) {
        std::vector<std::exception_ptr> faults(threads_.size());
        const auto server_before = place_.server_seconds();
        const double own_before = own_seconds();
        const Stopwatch watch;
        {
            std::vector<std::jthread> running;
            for (std::size_t i = 0; i < threads_.size(); ++i)
                running.emplace_back([&, i] {
                    try {
                        deed(threads_[i], static_cast<int>(i));
                    } catch (...) {
                        faults[i] = std::current_exception();
                    }
                });
        }
        spent.seconds += watch.seconds();
        spent.own_seconds += own_seconds() - own_before;
        const auto server_after = place_.server_seconds();
        if (spent.server_seconds && server_before && server_after)
            *spent.server_seconds += *server_after - *server_before;
        else
            spent.server_seconds.reset();
        for (const std::exception_ptr& fault : faults)
            if (fault) std::rethrow_exception(fault);
    }

    Place& place_;
    const Plan& plan_;
    int batch_;
    int batches_;  // of each connection
    int inserted_ = 0;
    std::vector<Thread> threads_;
    Spent insert_, drain_;
};

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

using Found = std::map<Contender, std::map<Work, std::vector<Speed>>>;

// All contenders, a slice each in turn. Who comes first in one round comes last in the next.
void measure_once(Place& place, const Plan& plan, int round, const Work& work, Exchange how, Found& found) {
    check_goes_on(plan);
    std::vector<Contender> contenders = plan.contenders;
    if (round % 2 == 1) std::reverse(contenders.begin(), contenders.end());
    std::vector<std::pair<Contender, Entrant>> entrants;
    for (const Contender contender : contenders)
        entrants.emplace_back(contender, Entrant{place, plan, contender, work.connections, work.batch});
    const auto until_done = [&](const auto& do_some) {
        for (bool is_more = true; is_more;) {
            is_more = false;
            for (auto& [contender, entrant] : entrants)
                if (do_some(entrant)) is_more = true;
        }
    };
    until_done([](Entrant& entrant) { return entrant.insert_some(); });
    until_done([&](Entrant& entrant) { return entrant.drain_some(how); });
    for (const auto& [contender, entrant] : entrants) {
        found[contender][{work.connections, kInsert, work.batch}].push_back(entrant.insert_speed());
        found[contender][work].push_back(entrant.drain_speed());
    }
}

}  // namespace

int jobs_for(int batch, double scale) {
    const int batches = static_cast<int>(std::ceil(2000 * std::sqrt(batch) * scale / batch));
    return std::max(2, batches) * batch;
}

std::vector<Figures> measure_speeds(Place& place, const Plan& plan) {
    const std::pair<Exchange, std::string> deeds[] = {{Exchange::separate, kSeparate},
                                                      {Exchange::fused, kFused}};
    Found found;
    for (int round = 0; round < plan.rounds; ++round)
        for (const int connections : plan.connections)
            for (const int batch : plan.batches)
                for (const auto& [how, deed] : deeds) {
                    plan.report("round " + std::to_string(round + 1) + " of " + std::to_string(plan.rounds) +
                                ": insert, then " + deed + ", in batches of " + std::to_string(batch));
                    measure_once(place, plan, round, {connections, deed, batch}, how, found);
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
