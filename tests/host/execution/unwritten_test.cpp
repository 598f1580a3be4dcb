#include "host/execution/unwritten.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

storage::Settlement outcome(std::int64_t job, std::size_t size = 0) {
    return {.job = JobId{job}, .target = Succeeded{{}, {}, std::string(size, 'x')}};
}
storage::LogChunk chunk(std::size_t size) {
    return {.job = JobId{1}, .lines = std::string(size, 'x')};
}

TEST(Unwritten, WhatIsPutBackComesBeforeWhatCameMeanwhile) {
    Unwritten unwritten;
    unwritten.add(outcome(1));
    Unwritten::Batch batch = unwritten.take();
    unwritten.add(outcome(2));
    unwritten.put_back(std::move(batch));

    const Unwritten::Batch again = unwritten.take();

    ASSERT_EQ(again.settlements.size(), 2u);
    EXPECT_EQ(again.settlements[0].job, JobId{1});
    EXPECT_EQ(again.settlements[1].job, JobId{2});
}

TEST(Unwritten, WhatIsOnItsWayCountsUntilItIsWritten) {
    Unwritten unwritten;
    unwritten.add(outcome(1, Unwritten::kMostBytes));
    const Unwritten::Batch batch = unwritten.take();
    EXPECT_TRUE(unwritten.is_full());
    EXPECT_FALSE(unwritten.is_empty());

    unwritten.written(batch);

    EXPECT_FALSE(unwritten.is_full());
    EXPECT_TRUE(unwritten.is_empty());
}

TEST(Unwritten, IsFullByNumberToo) {
    Unwritten unwritten;
    for (std::size_t i = 1; i < Unwritten::kMostResults; ++i)
        unwritten.add(outcome(1));
    EXPECT_FALSE(unwritten.is_full());
    unwritten.add(outcome(1));
    EXPECT_TRUE(unwritten.is_full());
}

TEST(Unwritten, KeepsOutcomesEvenWhenItIsFullAndDropsLines) {
    Unwritten unwritten;
    EXPECT_TRUE(unwritten.add(chunk(Unwritten::kMostBytes)));

    EXPECT_FALSE(unwritten.add(chunk(1)));
    unwritten.add(outcome(1));

    const Unwritten::Batch batch = unwritten.take();
    EXPECT_EQ(batch.settlements.size(), 1u);
    EXPECT_EQ(batch.log.size(), 1u);
    unwritten.written(batch);
    EXPECT_TRUE(unwritten.add(chunk(1)));
}

}  // namespace
}  // namespace jobhost::host
