#include "host/reload/settling.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

FileMark mark(std::int64_t written, std::uint64_t size = 10, std::uint64_t number = 1) {
    return {.device = 1, .number = number, .size = size, .written = written, .changed = written};
}

struct SettlingTest : testing::Test {
    // The file as it is written where it is, and as another one is put in its place.
    static FilesSeen written(std::int64_t version, std::uint64_t size = 10) {
        return {{"a.yaml", mark(version, size)}};
    }
    static FilesSeen replaced(std::int64_t version, std::uint64_t size = 10) {
        return {{"a.yaml", mark(version, size, 1000 + static_cast<std::uint64_t>(version))}};
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
    // Looks each 10 ms and reads when it is time; how long that took to come, or nothing within `longest`.
    template <class Next>
    std::optional<Duration> read_within(Duration longest, const Next& next) {
        for (const BootTime begun = now; now - begun <= longest; now += 10ms) {
            if (see(next()) != Duration::zero()) continue;
            settling.read(now);
            return std::chrono::ceil<Duration>(now - begun);
        }
        return std::nullopt;
    }

    BootTime now{1000s};
    Settling settling;
};

TEST_F(SettlingTest, WhatWasNeverReadIsRead) {
    EXPECT_EQ(see(written(1)), Duration{100ms});
    now += 100ms;
    EXPECT_EQ(see(written(1)), Duration::zero());
}

TEST_F(SettlingTest, WhatWasReadAndIsQuietIsNotReadAgain) {
    settle(written(1));
    now += 1h;
    EXPECT_EQ(see(written(1)), std::nullopt);
}

TEST_F(SettlingTest, WhatIsPutInPlaceIsReadWhenItIsQuiet) {
    settle(written(1));
    EXPECT_EQ(see(replaced(2)), Duration{100ms});
    now += 60ms;
    EXPECT_EQ(see(replaced(3)), Duration{100ms});
    now += 60ms;
    EXPECT_EQ(see(replaced(3)), Duration{40ms});
    now += 40ms;
    EXPECT_EQ(see(replaced(3)), Duration::zero());
}

TEST_F(SettlingTest, AFileThatIsWrittenWhereItIsHasLonger) {
    settle(written(1));
    EXPECT_EQ(see(written(2, 20)), Duration{600ms});
    now += 400ms;
    EXPECT_EQ(see(written(3, 30)), Duration{600ms});
    now += 400ms;
    EXPECT_EQ(see(written(3, 30)), Duration{200ms});
    EXPECT_EQ(see(replaced(4, 30)), Duration{100ms}) << "another one is whole";
}

TEST_F(SettlingTest, AFileThatIsShorterOrGoneHasLonger) {
    settle(written(1));
    EXPECT_EQ(see({}), Duration{600ms});
    now += 400ms;
    EXPECT_EQ(see(replaced(2, 5)), Duration{600ms}) << "it may be a part of one";
    now += 400ms;
    EXPECT_EQ(see(replaced(2, 5)), Duration{200ms});
    EXPECT_EQ(see(written(1)), std::nullopt) << "it is back";
}

// Each stretch between two writes, for two and a half seconds, from a file that had less and more than now.
TEST_F(SettlingTest, AWriterInPiecesIsNotReadBeforeItIsDone) {
    for (const Duration piece : {Duration{30ms}, Duration{200ms}, Duration{500ms}})
        for (const std::uint64_t before : {2, 10'000}) {
            settle(replaced(before, before));
            const std::uint64_t number = 7'000'000 + before;
            for (const bool is_new_file : {false, true}) {
                const std::uint64_t same = is_new_file ? number : 1000 + before;
                std::uint64_t size = 0;
                FilesSeen seen;
                for (const BootTime begun = now; now - begun < 2500ms; now += 10ms) {
                    if ((now - begun) % piece == Duration::zero())
                        seen["a.yaml"] = mark((now - begun).count(), size++, same);
                    ASSERT_GT(see(seen), Duration::zero())
                        << piece.count() << " us, after " << (now - begun).count() / 1'000'000 << " ms";
                }
                const auto waited = read_within(1s, [&] { return seen; });
                ASSERT_TRUE(waited);
                now += 1s;
            }
        }
}

TEST_F(SettlingTest, AFileThatIsWrittenAllTheTimeIsNotRead) {
    settle(written(1));
    std::int64_t version = 1;
    EXPECT_FALSE(read_within(10s, [&] {
        ++version;
        return written(version, version % 2 == 0 ? 0 : 50);
    }));
    EXPECT_TRUE(read_within(600ms, [&] { return written(version, 50); }));
}

TEST_F(SettlingTest, OneThatIsShorterIsReadThoughAnotherIsWrittenAllTheTime) {
    FilesSeen seen{{"a.yaml", mark(1)}, {"b.yaml", mark(1, 10, 2)}};
    settle(seen);
    std::int64_t version = 1;
    seen["a.yaml"] = mark(2, 5);
    const auto waited = read_within(10s, [&] {
        ++version;
        seen["b.yaml"] = mark(version, version % 2 == 0 ? 0 : 10, 2);
        return seen;
    });
    ASSERT_TRUE(waited);
    EXPECT_GE(*waited, Duration{600ms}) << "it was not quiet";
    EXPECT_LE(*waited, Duration{2700ms});
    EXPECT_EQ(settling.restless(now), std::set<std::filesystem::path>{"b.yaml"});
    EXPECT_TRUE(settling.is_settled());
    ASSERT_TRUE(read_within(700ms, [&] { return seen; })) << "the other one, when it is quiet";
    EXPECT_EQ(see(seen), std::nullopt);
}

TEST_F(SettlingTest, AFileThatIsNeverQuietIsKnownAfterAWhile) {
    FilesSeen seen{{"a.yaml", mark(1)}};
    settle(seen);
    std::int64_t version = 1;
    const auto write_for = [&](Duration time) {
        return read_within(time, [&] {
            seen["a.yaml"] = mark(++version);
            return seen;
        });
    };
    ASSERT_FALSE(write_for(9s));
    EXPECT_TRUE(settling.restless_for_long(now).empty());
    ASSERT_FALSE(write_for(2s));
    EXPECT_EQ(settling.restless_for_long(now), std::set<std::filesystem::path>{"a.yaml"});
    ASSERT_TRUE(read_within(1s, [&] { return seen; }));
    EXPECT_TRUE(settling.restless_for_long(now).empty());
}

TEST_F(SettlingTest, FilesThatChangeTogetherAreReadTogether) {
    FilesSeen seen{{"a.yaml", mark(1)}, {"b.yaml", mark(1, 10, 2)}};
    settle(seen);
    seen["a.yaml"] = mark(2, 10, 3);  // put in place
    seen["b.yaml"] = mark(2, 5, 2);   // written
    const auto waited = read_within(2s, [&] { return seen; });
    EXPECT_EQ(waited, Duration{600ms});
    EXPECT_TRUE(settling.restless(now).empty());
}

TEST_F(SettlingTest, OneThatIsReplacedByAShorterOneAllTheTimeIsRead) {
    settle(written(1, 100));
    std::int64_t version = 1;
    const auto waited = read_within(10s, [&] { return replaced(++version, 50); });
    ASSERT_TRUE(waited);
    EXPECT_LE(*waited, Duration{3s});
}

TEST(FilesSeen, WhatIsPutInPlaceOfAFileWasWholeAndIsWhole) {
    const FilesSeen before{{"a", mark(1)}};
    EXPECT_FALSE(were_written(before, {{"a", mark(1)}, {"b", mark(1)}}));
    EXPECT_FALSE(were_written(before, {{"a", mark(2, 10, 2)}}));
    EXPECT_TRUE(were_written(before, {{"a", mark(2)}}));
    EXPECT_TRUE(were_written(before, {}));
}

TEST_F(SettlingTest, AStormIsReadEachSecondAndOnceMoreWhenItIsOver) {
    settle(written(1));
    int reads = 0;
    std::int64_t version = 1;
    for (int i = 0; i < 1000; ++i) {  // ten seconds
        now += 10ms;
        if (see(replaced(++version)) == Duration::zero()) {
            settling.read(now);
            ++reads;
        }
    }
    EXPECT_GE(reads, 9);
    EXPECT_LE(reads, 11);
    settling.read_all(now);  // by somebody in a hurry, in the middle of a change
    EXPECT_FALSE(settling.is_settled());
    EXPECT_EQ(see(replaced(version)), Duration{100ms})
        << "it may have been written in the instant of the look";
    now += 100ms;
    EXPECT_EQ(see(replaced(version)), Duration::zero());
    settling.read(now);
    EXPECT_EQ(see(replaced(version)), std::nullopt);
}

TEST_F(SettlingTest, WhatGoesBackToWhatWasReadIsNotReadAgain) {
    settle(written(1));
    see(written(2));
    EXPECT_EQ(see(written(1)), std::nullopt);
    FilesSeen more = written(1);
    more["passing.yaml"] = mark(1, 1, 5);
    see(more);
    EXPECT_EQ(see(written(1)), std::nullopt);
}

}  // namespace
}  // namespace jobhost::host
