// The program `workflow_bench`: what limits and batches cost in jobhost's stores.
#include "storage/bench/figures.hpp"
#include "tests/bench/workflows/ground.hpp"
#include "tests/bench/workflows/measures.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace jobhost::bench;

constexpr int kRuleBroken = 1;
constexpr int kWrongUse = 2;
constexpr int kUnavailable = 3;

struct Options {
    std::string database;
    std::string only;
    int rounds = 5;
    double scale = 1;
};

void declare(CLI::App& app, Options& options) {
    app.add_option(
           "--storage", options.database,
           "sqlite:PATH, where a folder PATH.workflow_bench is made, or a libpq URI, postgresql://..., "
           "where schemas workflow_bench_* are made")
        ->required();
    app.add_option("--only", options.only, "one of the three below")
        ->check(CLI::IsMember({"limit", "mutex", "batch"}));
    app.add_option("--rounds", options.rounds, "how many; medians are printed")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--scale", options.scale, "of the numbers of jobs")
        ->check(CLI::Range(0.01, 10.0))
        ->capture_default_str();
    app.footer(
        "limit: 1,000 jobs of a tenant and 20,000 of others after them, in the same queue and lane, are "
        "claimed\n"
        "  and settled by the hundred; without a limit, and with a concurrent limit of 1 on the tenant; a\n"
        "  transaction of the one and of the other in turn. Only others' jobs are counted, since a job with "
        "a\n"
        "  limit costs what it costs. `held`: the tenant's one run lasts, and its other jobs are parked.\n"
        "  `turning`: its run ends with each exchange and the next one begins, the worst case. `from the "
        "start`:\n"
        "  10,000 jobs of others, from the claim that meets and parks the tenant's jobs; without the limit "
        "the\n"
        "  tenant's jobs run first.\n"
        "mutex: 1,000 jobs contend for one mutex. No two run at once, and none is claimed more than twice.\n"
        "batch: 10,000 members and a continuation in one submission, then claimed and settled by the "
        "hundred.\n"
        "\n"
        "Everything made is removed at the end. Exits 0 when measured, 1 when a rule was broken, whatever "
        "the\n"
        "time, 2 on wrong use, 3 when the database cannot be used.");
}

std::size_t scaled(std::size_t count, double scale) {
    return std::max<std::size_t>(8, static_cast<std::size_t>(static_cast<double>(count) * scale));
}

Sizes sizes_of(double scale) {
    const Sizes whole;
    return {.others = scaled(whole.others, scale),
            .limited = scaled(whole.limited, scale),
            .members = scaled(whole.members, scale),
            .exchange = whole.exchange};
}

template <class Cost>
std::function<double(double Cost::*)> medians(const std::vector<Cost>& rounds) {
    return [&rounds](double Cost::*figure) {
        std::vector<double> values;
        for (const Cost& cost : rounds)
            values.push_back(cost.*figure);
        return median_of(values);
    };
}

// Medians of what `measure` finds; empty: it was not asked for.
template <class Cost>
std::vector<Cost> measured(const Options& options, const std::string& what, Place& place,
                           Cost (*measure)(Place&, const Sizes&)) {
    std::vector<Cost> rounds;
    if (!options.only.empty() && options.only != what) return rounds;
    for (int round = 0; round < options.rounds; ++round)
        rounds.push_back(measure(place, sizes_of(options.scale)));
    return rounds;
}

int run(const Options& options) {
    const auto place = make_place({.url = options.database}, "workflow_bench");
    const Sizes sizes = sizes_of(options.scale);
    std::cout << place->description() << print("; medians of %d rounds\n\n", options.rounds) << std::flush;
    if (const auto rounds = measured(options, "limit", *place, measure_limit); !rounds.empty()) {
        const auto of = medians(rounds);
        std::cout << print(
                         "limit   others %.0f jobs/s; with the limit held %.3f of that, turning %.3f, from "
                         "the start %.3f\n",
                         of(&LimitCost::free), of(&LimitCost::held), of(&LimitCost::turning),
                         of(&LimitCost::from_the_start))
                  << print("        the claim that parked %zu jobs took %.1f ms, once\n", sizes.limited,
                           of(&LimitCost::parking_millis))
                  << std::flush;
    }
    if (const auto rounds = measured(options, "mutex", *place, measure_mutex); !rounds.empty()) {
        const auto of = medians(rounds);
        std::cout << print(
                         "mutex   %zu jobs, each %.2f ms, claimed %.2f times; of four times as many %.2f "
                         "times as long\n",
                         sizes.limited, of(&MutexCost::millis_for_each), of(&MutexCost::claims_for_each),
                         of(&MutexCost::growth))
                  << std::flush;
    }
    if (const auto rounds = measured(options, "batch", *place, measure_batch); !rounds.empty()) {
        const auto of = medians(rounds);
        std::cout << print(
            "batch   %zu members created in %.3f s, completed in %.3f s, continuation run once\n",
            sizes.members, of(&BatchCost::create_seconds), of(&BatchCost::complete_seconds));
    }
    place->remove();
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app{"Measures what limits and batches cost in jobhost's stores.", "workflow_bench"};
    Options options;
    declare(app, options);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        std::cerr << "workflow_bench: " << error.what() << "; workflow_bench --help tells more\n";
        return kWrongUse;
    }
    try {
        return run(options);
    } catch (const RuleBroken& broken) {
        std::cerr << "workflow_bench: a rule is broken: " << broken.what() << '\n';
        return kRuleBroken;
    } catch (const std::exception& error) {
        std::cerr << "workflow_bench: " << error.what() << '\n';
        return kUnavailable;
    }
}
