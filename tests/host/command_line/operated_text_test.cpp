#include "host/command_line/operated_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace jobhost::host {
namespace {

using storage::Verb;

constexpr Verb kVerbs[] = {Verb::requeue, Verb::remove, Verb::cancel, Verb::reschedule, Verb::move};

TEST(OperatedText, SaysWhyAndWhatIsPossible) {
    EXPECT_EQ(not_possible_text(Verb::remove, StateName::processing),
              "cannot be deleted while it runs: cancel it");
    EXPECT_EQ(not_possible_text(Verb::move, StateName::succeeded),
              "cannot be moved: it has ended as succeeded; requeue it first");
    EXPECT_EQ(not_possible_text(Verb::cancel, StateName::failed),
              "cannot be cancelled: it has ended as failed");
    EXPECT_EQ(not_possible_text(Verb::requeue, StateName::enqueued),
              "cannot be requeued: it is enqueued already");
}

TEST(OperatedText, SaysThatTheKeyIsTaken) {
    EXPECT_TRUE(taken_text(Verb::requeue).starts_with("cannot be requeued: another job has its unique key"));
    EXPECT_TRUE(taken_text(Verb::reschedule).starts_with("cannot be rescheduled: another job"));
}

// Between the answer and the question how the job stands, it may have moved.
TEST(OperatedText, HasWordsForEachVerbInEachState) {
    for (const Verb verb : kVerbs)
        for (std::size_t state = 0; state < kStateNames.size(); ++state) {
            const std::string text = not_possible_text(verb, static_cast<StateName>(state));
            EXPECT_TRUE(text.starts_with("cannot be " + std::string{done_text(verb)})) << text;
        }
}

}  // namespace
}  // namespace jobhost::host
