#include "host/reload/folder_watch.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <poll.h>

namespace jobhost::host {
namespace {

struct FolderWatchTest : testing::Test {
    // Whether there is news; takes it.
    bool has_news() {
        pollfd waiting{watch.descriptor(), POLLIN, 0};
        const bool is_there = ::poll(&waiting, 1, 0) == 1;
        watch.drain();
        return is_there;
    }
    test::TemporaryFolder folder;
    InotifyWatch watch;
};

TEST_F(FolderWatchTest, TellsOfWhatIsWrittenMovedAndRemovedInAFolder) {
    watch.watch({folder.path()});
    EXPECT_FALSE(has_news());
    folder.write("a", "1");
    EXPECT_TRUE(has_news());
    std::filesystem::rename(folder / "a", folder / "b");
    EXPECT_TRUE(has_news());
    std::filesystem::remove(folder / "b");
    EXPECT_TRUE(has_news());
    EXPECT_FALSE(has_news());
}

TEST_F(FolderWatchTest, AFolderThatIsNotThereIsPassedOver) {
    watch.watch({folder / "missing", folder.path()});
    folder.write("a", "1");
    EXPECT_TRUE(has_news());
}

TEST_F(FolderWatchTest, WhatIsNotAskedForAnyMoreIsSilent) {
    std::filesystem::create_directory(folder / "one");
    std::filesystem::create_directory(folder / "two");
    watch.watch({folder / "one"});
    watch.watch({folder / "two"});
    has_news();
    folder.write("one/a", "1");
    EXPECT_FALSE(has_news());
    folder.write("two/a", "1");
    EXPECT_TRUE(has_news());
}

TEST_F(FolderWatchTest, ALinkThatIsSwitchedIsFollowedWhenItIsAskedForAnew) {
    std::filesystem::create_directory(folder / "one");
    std::filesystem::create_directory(folder / "two");
    std::filesystem::create_symlink("one", folder / "link");
    watch.watch({folder / "link"});
    std::filesystem::remove(folder / "link");
    std::filesystem::create_symlink("two", folder / "link");
    watch.watch({folder / "link"});
    has_news();
    folder.write("two/a", "1");
    EXPECT_TRUE(has_news());
}

}  // namespace
}  // namespace jobhost::host
