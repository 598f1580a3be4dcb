#include "host/reload/settling.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

struct SettlingTest : testing::Test {
    static FilesSeen files(std::int64_t written, std::uint64_t size = 10) {
        return {{"a.yaml", {.device = 1, .number = 1, .size = size, .written = written, .changed = written}}};
    }
    std::optional<Duration> see(const FilesSeen& seen) { return settling.see(seen, now); }
    // Reads `seen` once it is quiet.
    void settle(const FilesSeen& seen) {
        see(seen);
        now += 1s;
        ASSERT_EQ(see(seen), Duration::zero());
        settling.read(now);
        ASSERT_EQ(see(seen), std::nullopt);
    }

    BootTime now{1000s};
    Settling settling;
};

TEST_F(SettlingTest, WhatWasNeverReadIsRead) {
    EXPECT_EQ(see(files(1)), Duration{100ms});
    now += 100ms;
    EXPECT_EQ(see(files(1)), Duration::zero());
}

TEST_F(SettlingTest, WhatWasReadAndIsQuietIsNotReadAgain) {
    settle(files(1));
    now += 1h;
    EXPECT_EQ(see(files(1)), std::nullopt);
}

TEST_F(SettlingTest, AChangeIsReadWhenItIsQuiet) {
    settle(files(1));
    EXPECT_EQ(see(files(2)), Duration{100ms});
    now += 60ms;
    EXPECT_EQ(see(files(3)), Duration{100ms});
    now += 60ms;
    EXPECT_EQ(see(files(3)), Duration{40ms});
    now += 40ms;
    EXPECT_EQ(see(files(3)), Duration::zero());
}

TEST_F(SettlingTest, AFileThatIsShorterOrGoneHasLonger) {
    settle(files(1));
    EXPECT_EQ(see(files(2, 0)), Duration{600ms});
    now += 400ms;
    EXPECT_EQ(see(files(3, 5)), Duration{600ms}) << "half of it";
    now += 400ms;
    EXPECT_EQ(see(files(4, 11)), Duration{100ms});
    settle(files(5));
    EXPECT_EQ(see({}), Duration{600ms});
    now += 100ms;
    EXPECT_EQ(see(files(4)), Duration{100ms}) << "it is back";
}

TEST_F(SettlingTest, AFileThatIsShorterIsNotReadBeforeItIsQuiet) {
    settle(files(1));
    for (int version = 2; version < 1002; ++version, now += 10ms)  // ten seconds
        ASSERT_GT(see(files(version, version % 2 == 0 ? 0 : 5)), Duration::zero());
    now += 600ms;
    EXPECT_EQ(see(files(1001, 5)), Duration::zero());
}

TEST(FilesSeen, WhatIsPutInPlaceOfAFileWasWholeAndIsWhole) {
    const FileMark mark{.device = 1, .number = 1, .size = 10, .written = 1, .changed = 1};
    FileMark written = mark;
    written.written = 2;
    FileMark other = written;
    other.number = 2;
    EXPECT_FALSE(were_written({{"a", mark}}, {{"a", mark}, {"b", mark}}));
    EXPECT_FALSE(were_written({{"a", mark}}, {{"a", other}}));
    EXPECT_TRUE(were_written({{"a", mark}}, {{"a", written}}));
    EXPECT_TRUE(were_written({{"a", mark}}, {}));
}

TEST_F(SettlingTest, AFileThatWasEmptyBeforeHasNotLonger) {
    settle(files(1, 0));
    EXPECT_EQ(see(files(2, 0)), Duration{100ms});
}

TEST_F(SettlingTest, AStormIsReadEachSecondAndOnceMoreWhenItIsOver) {
    settle(files(1));
    int reads = 0;
    std::int64_t version = 1;
    for (int i = 0; i < 1000; ++i) {  // ten seconds
        now += 10ms;
        if (see(files(++version)) == Duration::zero()) {
            settling.read(now);
            ++reads;
        }
    }
    EXPECT_GE(reads, 9);
    EXPECT_LE(reads, 11);
    settling.read(now);  // by somebody in a hurry, in the middle of a change
    EXPECT_EQ(see(files(version)), Duration{100ms}) << "it may have been written in the instant of the look";
    now += 100ms;
    EXPECT_EQ(see(files(version)), Duration::zero());
    settling.read(now);
    EXPECT_EQ(see(files(version)), std::nullopt);
}

TEST_F(SettlingTest, WhatGoesBackToWhatWasReadIsNotReadAgain) {
    settle(files(1));
    see(files(2));
    EXPECT_EQ(see(files(1)), std::nullopt);
}

}  // namespace
}  // namespace jobhost::host
