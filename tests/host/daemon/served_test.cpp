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

}  // namespace
}  // namespace jobhost::host
