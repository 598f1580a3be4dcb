// Trees that jobs leave.
#include "host/worker/remove_tree.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace jobhost::worker {
namespace {

namespace fs = std::filesystem;

struct RemoveTreeTest : testing::Test {
    test::TemporaryFolder place;
    const fs::path tree = place / "tree";
    RemoveTreeTest() { fs::create_directory(tree); }
};

TEST_F(RemoveTreeTest, FilesFoldersAndLinksGo) {
    fs::create_directories(tree / "a/b/c");
    std::ofstream{tree / "a/b/c/file"} << "text";
    std::ofstream{tree / "file"} << "text";
    std::ofstream{place / "other"} << "text";
    fs::create_symlink(place / "other", tree / "a/link");
    fs::create_directory_symlink(place.path(), tree / "folder-link");
    remove_tree(tree);
    EXPECT_FALSE(fs::exists(tree));
    EXPECT_TRUE(fs::exists(place / "other")) << "links are not followed";
}

TEST_F(RemoveTreeTest, FoldersWithoutRightsGoToo) {
    fs::create_directories(tree / "a/b/c");
    chmod((tree / "a/b").c_str(), 0);
    chmod((tree / "a").c_str(), 0);
    chmod(tree.c_str(), 0);
    remove_tree(tree);
    EXPECT_FALSE(fs::exists(tree));
}

TEST_F(RemoveTreeTest, NamesThatAreUsedForMovingDoNoHarm) {
    for (int i = 0; i < 30; ++i)
        fs::create_directories(tree / ("moved-" + std::to_string(i)) / "a/b");
    std::ofstream{tree / "moved-31"} << "text";
    remove_tree(tree);
    EXPECT_FALSE(fs::exists(tree));
}

TEST_F(RemoveTreeTest, DepthCostsNoDescriptors) {
    int folder = open(tree.c_str(), O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 300; ++i) {
        ASSERT_EQ(mkdirat(folder, "d", 0700), 0);
        const int deeper = openat(folder, "d", O_RDONLY | O_DIRECTORY);
        ASSERT_GE(deeper, 0);
        close(folder);
        folder = deeper;
    }
    close(folder);
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit few = before;
    few.rlim_cur = 40;
    setrlimit(RLIMIT_NOFILE, &few);
    remove_tree(tree);
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_FALSE(fs::exists(tree));
}

}  // namespace
}  // namespace jobhost::worker
