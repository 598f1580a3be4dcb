#include "host/command_line/open_text.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Batch batch(BatchState state, std::int64_t id = 7) {
    return {.id = BatchId{id}, .name = {}, .within = {}, .state = state, .members = 3};
}

TEST(OpenText, ABatchThatHasEndedIsNotOpened) {
    EXPECT_EQ(
        not_open_text(batch(BatchState::succeeded)),
        "batch 7 has ended already as succeeded; a new member lets it go on: jobhost enqueue --batch 7");
    EXPECT_EQ(not_open_text(batch(BatchState::cancelled)),
              "batch 7 has ended already as cancelled; hand it in again");
}

TEST(OpenText, ABatchThatIsBeingCancelledIsNotOpened) {
    for (const BatchState state : {BatchState::creating, BatchState::awaiting, BatchState::started}) {
        Batch cancelled = batch(state);
        EXPECT_EQ(not_open_text(cancelled), "");
        cancelled.cancel_requested_at = TimePoint{};
        EXPECT_THAT(not_open_text(cancelled), HasSubstr("is being cancelled"));
    }
}

TEST(OpenText, WhatWasOpenBeforeIsNotSaidToStart) {
    const Batch started = batch(BatchState::started);
    EXPECT_EQ(open_text(started, started, {}), "batch 7 has started already\n");
    const Batch awaiting = batch(BatchState::awaiting);
    EXPECT_EQ(open_text(awaiting, started, {}),
              "batch 7 is open already, and waits for what it comes after\n");
}

TEST(OpenText, ABatchWhoseCreationMayHaveBeenCutShort) {
    const Batch creating = batch(BatchState::creating);
    EXPECT_THAT(open_text(creating, batch(BatchState::started), {}),
                AllOf(HasSubstr("batch 7 has 3 members, and starts\n"), HasSubstr("jobhost batch cancel 7"),
                      Not(HasSubstr("within"))));
    EXPECT_THAT(open_text(creating, batch(BatchState::awaiting), {}), HasSubstr("and waits for what it"));
    EXPECT_THAT(
        open_text(creating, batch(BatchState::started),
                  {batch(BatchState::awaiting, 8), batch(BatchState::creating, 9)}),
        AllOf(HasSubstr("batch 9 within it is not open: jobhost batch open 9\n"), Not(HasSubstr("batch 8"))));
}

}  // namespace
}  // namespace jobhost::host
