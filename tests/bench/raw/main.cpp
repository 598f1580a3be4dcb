// The program `raw_bench`: what a database can do at best with jobhost's tables.
#include "storage/bench/measurements.hpp"
#include "storage/bench/sqlite_raw.hpp"
#include "tests/bench/raw/write_meters.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace {

using namespace jobhost::bench;

constexpr int kUnavailable = 3;
constexpr int kWrongUse = 2;

struct Options {
    std::string database;
    Plan plan{.contenders = {Contender::raw}, .batches = {1, 10, 100, 1000}, .connections = {1, 2}};
    bool growth = false;
    std::int64_t growth_rows = 1'000'000;
    bool json = false;
};

std::string known_database(const std::string& text) {
    const bool known =
        text.starts_with("sqlite:") || text.starts_with("postgresql://") || text.starts_with("postgres://");
    return known ? "" : "'" + text + "' is neither sqlite:PATH nor postgresql://...";
}

void declare(CLI::App& app, Options& options) {
    app.add_option("database", options.database,
                   "sqlite:PATH, where a folder PATH.raw_bench is made, or a libpq URI, postgresql://..., "
                   "where schemas raw_bench_* are made")
        ->required()
        ->check(CLI::Validator{known_database, ""});
    app.add_option("--batches", options.plan.batches, "sizes of a batch")
        ->delimiter(',')
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    app.add_option("--connections", options.plan.connections, "how many at once; on SQLite always one")
        ->delimiter(',')
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    app.add_option("--rounds", options.plan.rounds, "how many; medians are printed")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--scale", options.plan.scale,
                   "of the number of jobs, 2000 times the root of the batch size")
        ->check(CLI::Range(0.001, 1000.0))
        ->capture_default_str();
    app.add_option("--retained", options.plan.retained,
                   "finished jobs that are there before anything is measured")
        ->check(CLI::Range(0, 100'000'000))
        ->capture_default_str();
    app.add_flag("--growth", options.growth,
                 "instead: how a claim, without its commit, slows down beside rows that it does not want");
    app.add_option("--growth-rows", options.growth_rows, "how many of those rows, of each kind")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    app.add_flag("--json", options.json, "print JSON instead of a table");
    app.footer(
        "Everything made is removed at the end. Exits 0 when measured, 2 on wrong use, 3 when the database\n"
        "cannot be used.");
}

std::vector<Cost> measure_costs(Place& place, const Options& options) {
    place.make("costs", 1);
    const auto connection = place.connect("costs", Contender::raw, 1);
    const int rows = jobs_for(100, options.plan.scale);
    if (const auto* sqlite = dynamic_cast<SqliteRaw*>(connection.get())) {
        SqliteMeter meter{sqlite->session()};
        return costs_of(*connection, meter, rows);
    }
    PostgresMeter meter{options.database};
    return costs_of(*connection, meter, rows);
}

std::string table_of(const std::vector<Cost>& costs) {
    std::string text = "\nwritten per job\n";
    text += print("%-8s %14s %10s %12s\n", "step", "index entries", "log bytes", "page images");
    for (const auto& [step, writes] : costs)
        text += print("%-8s ", step.c_str()) + cell(writes.index_entries, 14, 2) + " " +
                cell(writes.log_bytes, 10) + " " + cell(writes.page_image_bytes, 12) + "\n";
    return text;
}

boost::json::array json_of(const std::vector<Cost>& costs) {
    const auto number = [](std::optional<double> value) {
        return value ? boost::json::value(*value) : boost::json::value(nullptr);
    };
    boost::json::array array;
    for (const auto& [step, writes] : costs)
        array.push_back({{"step", step},
                         {"index_entries", number(writes.index_entries)},
                         {"log_bytes", number(writes.log_bytes)},
                         {"page_image_bytes", number(writes.page_image_bytes)}});
    return array;
}

int run(Options& options) {
    const auto place = make_place({.url = options.database}, "raw_bench");
    std::erase_if(options.plan.connections, [&](int n) { return n > place->most_connections(); });
    if (options.plan.connections.empty()) options.plan.connections = {1};
    options.plan.ballast = options.growth_rows;
    const std::vector<Figures> all =
        options.growth ? measure_growth(*place, options.plan) : measure_speeds(*place, options.plan);
    const std::vector<Cost> costs = options.growth ? std::vector<Cost>{} : measure_costs(*place, options);
    if (options.json) {
        boost::json::object figures = as_json(all);
        figures["database"] = place->description();
        figures["costs"] = json_of(costs);
        std::cout << figures << '\n';
    } else {
        std::cout << place->description() << "\n\n"
                  << as_table(all) << (costs.empty() ? "" : table_of(costs));
    }
    place->remove();
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app{"Measures what a database can do at best with jobhost's tables: insert, claim, settle.",
                 "raw_bench"};
    Options options;
    declare(app, options);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        std::cerr << "raw_bench: " << error.what() << "; raw_bench --help tells more\n";
        return kWrongUse;
    }
    try {
        return run(options);
    } catch (const std::exception& error) {
        std::cerr << "raw_bench: " << error.what() << '\n';
        return kUnavailable;
    }
}
