#include "host/command_line/bench_storage.hpp"

#include "host/command_line/opened.hpp"
#include "host/observe/printable.hpp"
#include "storage/bench/measurements.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <unistd.h>

namespace jobhost::host {

namespace {

constexpr int kRequiredBatch = 100;
constexpr double kMostGrowth = 1.1;

std::atomic<bool> is_stopped = false;
static_assert(std::atomic<bool>::is_always_lock_free);
std::string stopping_text;  // for the handler, which cannot compose one

void stop(int) {
    is_stopped = true;
    const auto ignored = ::write(STDERR_FILENO, stopping_text.data(), stopping_text.size());
    static_cast<void>(ignored);
}

// The first signal asks for an end in order; the next one ends the program at once.
void stop_on_signals(const std::string& whereabouts) {
    stopping_text = "\nstopping, and removing " + printable(whereabouts) + "; once more leaves that behind\n";
    struct sigaction action {};
    action.sa_handler = stop;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(signal, &action, nullptr);
}

// One line on a terminal, written over again and again.
class ProgressLine {
public:
    ~ProgressLine() { show(""); }
    void show(const std::string& text) const {
        if (is_terminal_) std::cerr << "\r\x1b[K" << text << std::flush;
    }

private:
    bool is_terminal_ = ::isatty(STDERR_FILENO) != 0;
};

storage::StorageOptions asked_for(const GlobalOptions& global, const BenchStorageOptions& options) {
    if (options.url.empty()) return storage_options(load_settings(global));
    return {.url = options.url};
}

// What the machine does besides makes the figures worse.
std::string load_text() {
    double load[1] = {};
    if (::getloadavg(load, 1) != 1) return {};
    return bench::print(", load %.1f on %u processors", load[0], std::thread::hardware_concurrency());
}

bench::Plan plan_of(const BenchStorageOptions& options, const bench::Place& place) {
    bench::Plan plan{.contenders = {bench::Contender::jobhost},
                     .batches = options.batches,
                     .connections = {std::min(options.connections, place.most_connections())},
                     .rounds = options.rounds,
                     .scale = options.scale,
                     .ballast = options.growth_rows,
                     .is_stopped = &is_stopped};
    if (!options.growth && place.has_raw())
        plan.contenders.insert(plan.contenders.begin(), bench::Contender::raw);
    return plan;
}

std::vector<bench::Figures> measured(bench::Place& place, const BenchStorageOptions& options) {
    bench::Plan plan = plan_of(options, place);
    const ProgressLine progress;
    plan.report = [&](const std::string& step) { progress.show(step); };
    return options.growth ? bench::measure_growth(place, plan) : bench::measure_speeds(place, plan);
}

// What is left behind has to be known; it does not undo what was measured.
void remove(bench::Place& place) {
    try {
        place.remove();
    } catch (const std::exception& error) {
        std::cerr << "warning: " << printable(place.whereabouts()) << " could not be removed ("
                  << printable(error.what()) << "); please do\n";
    }
}

std::string verdict_on_growth(const std::vector<bench::Figures>& all) {
    const auto& growth = all.front().growth;
    const auto worst = std::max_element(growth.begin(), growth.end(),
                                        [](const auto& a, const auto& b) { return a.ratio < b.ratio; });
    return worst->ratio <= kMostGrowth
               ? "All are within 10 % of the claim without such rows.\n"
               : bench::print("Beside %s rows a claim is more than 10 %% slower.\n", worst->ballast.c_str());
}

void print(const GlobalOptions& global, const BenchStorageOptions& options, const std::string& description,
           const std::vector<bench::Figures>& all) {
    if (global.json) {
        boost::json::object figures = bench::as_json(all);
        figures["database"] = description;
        std::cout << figures << '\n';
        return;
    }
    std::cout << printable(description) << "\n\n" << bench::as_table(all);
    if (options.growth) std::cout << verdict_on_growth(all);
}

// Whether the ratio that was asked for is reached.
bool is_fast_enough(const BenchStorageOptions& options, const std::vector<bench::Figures>& all) {
    if (!options.require) return true;
    const bench::Work work{all.back().speeds.begin()->first.connections, bench::kFused, kRequiredBatch};
    const double ratio = bench::ratio_of(all, work).value();
    if (ratio >= *options.require) return true;
    std::cerr << bench::print("jobhost: fused exchanges of %d reach %.2f of raw; %.2f is required\n",
                              kRequiredBatch, ratio, *options.require);
    return false;
}

void check(const BenchStorageOptions& options, const bench::Place& place) {
    if (options.growth && !place.has_raw())
        throw CommandError{kWrongUse,
                           "--growth needs statements of our own, which there are none of over ODBC"};
    if (!options.require) return;
    if (!place.has_raw())
        throw CommandError{kWrongUse, "--require needs a raw comparison, which there is none of over ODBC"};
    if (std::find(options.batches.begin(), options.batches.end(), kRequiredBatch) == options.batches.end())
        throw CommandError{kWrongUse, "--require is about batches of 100, which --batches leaves out"};
}

}  // namespace

int bench_storage(const GlobalOptions& global, const BenchStorageOptions& options) {
    const storage::StorageOptions storage = asked_for(global, options);
    try {
        const auto place = bench::make_place(storage, "jobhost_bench_" + std::to_string(::getpid()));
        stop_on_signals(place->whereabouts());
        std::vector<bench::Figures> all;
        std::string description;
        try {
            check(options, *place);
            all = measured(*place, options);
            description = place->description() + load_text();
        } catch (...) {
            remove(*place);
            throw;
        }
        remove(*place);
        print(global, options, description, all);
        return is_fast_enough(options, all) ? kDone : kFailed;
    } catch (const bench::Stopped& stopped) {
        throw CommandError{kFailed, std::string{"jobhost: "} + stopped.what()};
    } catch (const CommandError&) {
        throw;
    } catch (const storage::StorageError&) {
        throw;
    } catch (const std::runtime_error& error) {
        throw CommandError{kStorageUnavailable, std::string{"jobhost: "} + error.what()};
    }
}

}  // namespace jobhost::host
