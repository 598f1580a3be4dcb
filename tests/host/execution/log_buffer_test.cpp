#include "host/execution/log_buffer.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

TEST(LogBuffer, NothingLoggedIsNoChunk) {
    LogBuffer buffer{JobId{1}, Lease{2}};
    EXPECT_FALSE(buffer.take());
}

TEST(LogBuffer, ChunksAreNumberedAndHoldWhatCameSince) {
    LogBuffer buffer{JobId{1}, Lease{2}};
    buffer.add(TimePoint{Duration{5}}, "info", "a \"quoted\"\nline");
    buffer.add(TimePoint{Duration{6}}, "stderr", "b");
    const auto first = buffer.take();
    buffer.add(TimePoint{Duration{7}}, "info", "c");
    const auto second = buffer.take();

    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->number, 0);
    EXPECT_EQ(second->number, 1);
    const auto lines = boost::json::parse(first->lines);
    ASSERT_EQ(lines.as_array().size(), 2u);
    EXPECT_EQ(lines.at(0).at("text").as_string(), "a \"quoted\"\nline");
    EXPECT_EQ(lines.at(1).at("at").as_int64(), 6);
    EXPECT_FALSE(buffer.take());
}

}  // namespace
}  // namespace jobhost::host
