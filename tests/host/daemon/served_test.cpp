#include "host/daemon/served.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace jobhost::host {
namespace {

struct ServedTest : testing::Test {
    test::TemporaryFolder folder;
    std::optional<Catalog> catalog;

    void SetUp() override {
        WorkerOptions options;
        options.program = JOBHOST_TEST_WORKER;
        std::filesystem::copy_file(std::filesystem::path{JOBHOST_TEST_PLUGINS} / "jobs.so",
                                   folder / "jobs.so");
        catalog = Catalog::scan(folder.path(), {}, options);
        ASSERT_EQ(catalog->plugins().size(), 1u);
    }
};

TEST_F(ServedTest, ATypeTakesEveryVersionThatItCanUpgrade) {
    const Served served = served_by({}, catalog->types());

    EXPECT_EQ(served.types.at("jobs.upgraded"), 3);
    for (const int version : {1, 2, 3})
        EXPECT_TRUE(served.accepts("jobs.upgraded", version)) << version;
    EXPECT_FALSE(served.accepts("jobs.upgraded", 0));
    EXPECT_FALSE(served.accepts("jobs.upgraded", 4));
    EXPECT_TRUE(served.accepts("jobs.succeed", 1));
    EXPECT_FALSE(served.accepts("jobs.succeed", 2));
    EXPECT_FALSE(served.accepts("jobs.other", 1));
}

TEST_F(ServedTest, EachVersionIsRegisteredAndTheNewestIsTheOneToWrite) {
    std::vector<storage::ServedType> versions = served_types_of(catalog->types());
    std::erase_if(versions, [](const storage::ServedType& type) { return type.type != "jobs.upgraded"; });

    ASSERT_EQ(versions.size(), 3u);
    for (int i = 0; i < 3; ++i) {
        const storage::ServedType& version = versions.at(static_cast<std::size_t>(i));
        EXPECT_EQ(version.payload_version, i + 1);
        EXPECT_EQ(version.is_older, i < 2);
    }
}

TEST_F(ServedTest, WhatEarlierGenerationsRunIsServedToo) {
    const LoadedPlugin& first = *catalog->plugins().front();
    LoadedPlugin second = first;
    second.generation = 2;
    std::erase_if(second.description.types, [](const auto& type) { return type.name == "succeed"; });
    JobTypeDescription& upgraded =
        second.description.types.at(second.description.find("jobs.upgraded").value());
    upgraded.payload_version = 5;
    upgraded.accepts_from = 5;
    catalog->add(std::make_shared<const LoadedPlugin>(second));

    const std::vector<FoundType> types = catalog->types();
    const Served served = served_by({}, types);
    EXPECT_EQ(served.types.at("jobs.upgraded"), 5);
    EXPECT_TRUE(served.accepts("jobs.upgraded", 3));
    EXPECT_FALSE(served.accepts("jobs.upgraded", 4)) << "nobody takes it";
    EXPECT_TRUE(served.accepts("jobs.succeed", 1));
    for (const storage::ServedType& type : served_types_of(types))
        if (type.type == "jobs.upgraded") {
            EXPECT_EQ(type.is_older, type.payload_version != 5);
        } else {
            EXPECT_FALSE(type.is_older) << type.type;
        }
    EXPECT_EQ(
        needs_of(types),
        (LastJobs::Needs{
            {1, {{"jobs.succeed", 1}, {"jobs.upgraded", 1}, {"jobs.upgraded", 2}, {"jobs.upgraded", 3}}}}));
}

}  // namespace
}  // namespace jobhost::host
