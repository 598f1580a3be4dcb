#include "host/sync/loop.hpp"

#include "storage/storage_error.hpp"
#include "tests/support/counted_events.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

TEST(Loop, RunsItsFirstStepAtOnceAndTheNextWhenWoken) {
    test::CountedEvents steps;
    Loop loop{"test", [&] {
                  steps.happened();
                  return Duration{1h};
              }};
    ASSERT_TRUE(steps.wait_for(1));

    loop.wake();

    EXPECT_TRUE(steps.wait_for(2));
}

TEST(Loop, RunsAgainWhenThePauseThatTheStepNamedIsOver) {
    test::CountedEvents steps;
    const Loop loop{"test", [&] {
                        steps.happened();
                        return Duration{1ms};
                    }};
    EXPECT_TRUE(steps.wait_for(3));
}

TEST(Loop, AWakeUpThatComesDuringAStepIsNotLost) {
    test::CountedEvents steps;
    Loop* self = nullptr;
    test::CountedEvents ready;
    Loop loop{"test", [&] {
                  ready.wait_for(1);
                  if (steps.count() == 0) self->wake();
                  steps.happened();
                  return Duration{1h};
              }};
    self = &loop;
    ready.happened();
    EXPECT_TRUE(steps.wait_for(2));
}

TEST(Loop, TriesAgainAfterAStorageError) {
    test::CountedEvents steps;
    const Loop loop{"test", [&]() -> Duration {
                        steps.happened();
                        if (steps.count() < 3)
                            throw storage::StorageError{storage::StorageError::Kind::unavailable, "away"};
                        return 1h;
                    }};
    EXPECT_TRUE(steps.wait_for(3));
}

TEST(Loop, StopsAgainAndAgain) {
    Loop loop{"test", [] { return Duration{1h}; }};
    loop.stop();
    loop.stop();
    loop.wake();
}

}  // namespace
}  // namespace jobhost::host
