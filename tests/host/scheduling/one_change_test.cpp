// One definition of very many changes.
#include "host/scheduling/recurring_jobs.hpp"
#include "tests/storage/apply_definitions.hpp"
#include "tests/support/postgres_cluster.hpp"
#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFiles = 50;
constexpr std::size_t kInFile = 1000;
// A machine that does other things beside may be slow; what grows with the square of the number is slower.
constexpr std::chrono::seconds kLongest{60};

template <class Work>
double seconds_of(const Work& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>{std::chrono::steady_clock::now() - begun}.count();
}

std::vector<storage::SourceDefinitions> many_definitions() {
    std::vector<storage::SourceDefinitions> files;
    for (std::size_t file = 0; file < kFiles; ++file) {
        files.push_back({"test/" + std::to_string(file) + ".yaml", {}});
        for (std::size_t i = 0; i < kInFile; ++i) {
            Definition definition;
            definition.name = "tick-" + std::to_string(file * kInFile + i);
            definition.type = "test.job";
            definition.schedule = Every{24h};
            files.back().definitions.push_back(std::move(definition));
        }
    }
    return files;
}

// What a host that has read them all does when a file is edited: apply all of its files, read what holds,
// fire.
void change_one(storage::Storage& storage, test::ManualClock& clock, const std::string& database) {
    const SourceFolders no_files;
    RecurringJobs recurring{storage, clock, {}, no_files, [] {}};
    auto files = many_definitions();
    const auto apply = [&] { storage::apply_definitions(storage.sources(), "test", "server", files); };
    const double all = seconds_of(apply);
    recurring.run_once();

    files[25].definitions[500].schedule = Every{1s};
    const double applied = seconds_of(apply);
    clock.advance(1s);
    const double read = seconds_of([&] { recurring.run_once(); });
    storage::JobFilter filter;
    filter.definition = files[25].definitions[500].name;
    EXPECT_EQ(storage.queries().list(filter, 10, "").jobs.size(), 1u) << "it has taken hold";
    std::cout << database << ": " << kFiles * kInFile << " definitions applied in " << all
              << " s; one of them changed: applied in " << applied << " s, read and fired in " << read
              << " s\n";
    EXPECT_LT(std::chrono::duration<double>{applied + read}, kLongest);
}

TEST(OneChangeTest, TakesHoldAmongFiftyThousandOnSqlite) {
    test::TemporaryStorage db;
    change_one(*db.storage, db.clock, "SQLite");
}

TEST(OneChangeTest, TakesHoldAmongFiftyThousandOnPostgresql) {
    test::PostgresCluster& cluster = test::shared_postgres();
    test::ManualClock clock;
    const auto storage = storage::open_storage({.url = cluster.url(cluster.create_database())}, &clock);
    change_one(*storage, clock, "PostgreSQL");
}

}  // namespace
}  // namespace jobhost::host
