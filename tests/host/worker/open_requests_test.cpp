#include "host/worker/open_requests.hpp"

#include "host/worker/limits.hpp"

#include <gtest/gtest.h>

#include <future>

namespace jobhost::worker {
namespace {

using namespace std::chrono_literals;

OpenRequests::Deadline soon() {
    return std::chrono::steady_clock::now() + 10ms;
}
OpenRequests::Deadline late() {
    return std::chrono::steady_clock::now() + 30s;
}

TEST(OpenRequests, WhoeverComesWhenTooManyAreOpenWaitsForOneToEnd) {
    OpenRequests requests;
    for (std::size_t i = 0; i < kMaxOpenRequests; ++i)
        ASSERT_TRUE(requests.open(soon()));
    EXPECT_EQ(requests.open(soon()), std::nullopt);

    auto next = std::async(std::launch::async, [&] { return requests.open(late()); });
    requests.answer({.number = 1, .status = 0, .body = "1", .problem = {}});
    EXPECT_EQ(requests.wait(1, late())->body, "1");
    EXPECT_EQ(next.get(), static_cast<std::int64_t>(kMaxOpenRequests) + 1);
}

TEST(OpenRequests, AnAnswerThatNobodyWaitsForIsDropped) {
    OpenRequests requests;
    const auto number = requests.open(late());
    ASSERT_TRUE(number);
    EXPECT_EQ(requests.wait(*number, soon()), std::nullopt);
    requests.answer({.number = *number, .status = 0, .body = {}, .problem = {}});
    EXPECT_EQ(requests.open(late()), *number + 1);
}

}  // namespace
}  // namespace jobhost::worker
