// The program `raw_bench`: what a database can do at best with jobhost's tables.
#include "tests/bench/raw/measurements.hpp"
#include "tests/bench/raw/postgres_database.hpp"
#include "tests/bench/raw/sqlite_database.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace {

using namespace jobhost::bench;

constexpr int kUnavailable = 3;
constexpr int kWrongUse = 2;

struct Options {
    std::string database;
    std::string schema = "raw_bench";
    std::string tables = "both";
    Shape shape;
    Plan plan{.batches = {1, 10, 100, 1000}, .connections = {1, 2}};
    bool growth = false;
    std::int64_t growth_rows = 1'000'000;
    bool json = false;
};

const std::string kSqlite = "sqlite:";

std::string known_database(const std::string& text) {
    const bool known = (text.starts_with(kSqlite) && text.size() > kSqlite.size()) ||
                       text.starts_with("postgresql://") || text.starts_with("postgres://");
    return known ? "" : "'" + text + "' is neither sqlite:PATH nor postgresql://...";
}

std::string plain_name(const std::string& text) {
    const bool plain = !text.empty() && text.size() <= 40 && text.front() >= 'a' &&
                       text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    return plain ? "" : "a schema's name has small letters, digits and _, at most 40";
}

void declare(CLI::App& app, Options& options) {
    app.add_option("database", options.database,
                   "sqlite:PATH, where files PATH-* are made, or a libpq URI, postgresql://...")
        ->required()
        ->check(CLI::Validator{known_database, ""});
    app.add_option("--schema", options.schema, "PostgreSQL: what the names of the schemas made begin with")
        ->check(CLI::Validator{plain_name, "NAME"})
        ->capture_default_str();
    app.add_option("--tables", options.tables,
                   "where finished jobs stay: one (the table of all jobs), history (one of their own), both")
        ->check(CLI::IsMember({"one", "history", "both"}))
        ->capture_default_str();
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
    app.add_option("--fillfactor", options.shape.fillfactor, "PostgreSQL: of the table of jobs, per cent")
        ->check(CLI::Range(10, 100))
        ->capture_default_str();
    app.add_option("--lanes", options.shape.lanes, "how many lanes hold the jobs")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--argument-bytes", options.shape.argument_bytes, "length of each job's arguments")
        ->check(CLI::Range(2, 1 << 20))
        ->capture_default_str();
    app.add_flag("--growth", options.growth,
                 "instead: how a claim slows down beside rows that it does not want");
    app.add_option("--growth-rows", options.growth_rows, "how many of those rows, of each kind")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    app.add_flag("--json", options.json, "print JSON instead of a table");
    app.footer(
        "Everything made is removed at the end. Exits 0 when measured, 2 on wrong use, 3 when the database\n"
        "cannot be used.");
}

std::unique_ptr<Database> open(const Options& options) {
    if (options.database.starts_with(kSqlite))
        return std::make_unique<SqliteDatabase>(options.database.substr(kSqlite.size()));
    return std::make_unique<PostgresDatabase>(options.database, options.schema);
}

int run(Options& options) {
    const auto database = open(options);
    for (const Tables tables : {Tables::one, Tables::with_history}) {
        if (options.tables != "both" && options.tables != name_of(tables)) continue;
        options.shape.tables = tables;
        options.plan.shapes.push_back(options.shape);
    }
    std::erase_if(options.plan.connections, [&](int n) { return n > database->most_connections(); });
    if (options.plan.connections.empty()) options.plan.connections = {1};
    options.plan.ballast = options.growth_rows;
    const std::vector<Figures> all =
        options.growth ? measure_growth(*database, options.plan) : measure(*database, options.plan);
    const std::string description = database->description();
    std::cout << (options.json ? as_json(description, all) + "\n" : as_table(description, all));
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
        std::string said = error.what();
        while (said.ends_with('\n'))
            said.pop_back();
        std::cerr << "raw_bench: " << said << '\n';
        return kUnavailable;
    }
}
