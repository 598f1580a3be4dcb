#include "storage/model/transition.hpp"

#include <gtest/gtest.h>

namespace jobhost {
namespace {

TEST(Transition, EveryStateCanBeReachedAndEveryOtherThanTheFinalOnesLeft) {
    for (std::size_t i = 0; i < kStateNames.size(); ++i) {
        const auto state = static_cast<StateName>(i);
        const auto leads_to = [&](const Rule& rule) { return rule.to == state; };
        const auto leads_from = [&](const Rule& rule) { return rule.from == state; };
        const bool is_entered_on_insert = state <= StateName::enqueued;
        EXPECT_TRUE(is_entered_on_insert || std::any_of(std::begin(kRules), std::end(kRules), leads_to))
            << to_string(state);
        EXPECT_TRUE(std::any_of(std::begin(kRules), std::end(kRules), leads_from)) << to_string(state);
    }
}

TEST(Transition, OnlyAClaimLeadsToProcessing) {
    for (const Rule& rule : kRules)
        EXPECT_EQ(rule.to == StateName::processing, rule.cause == Cause::claimed);
}

TEST(Transition, OnlyAPersonLeadsOutOfAFinalState) {
    for (const Rule& rule : kRules) {
        const bool is_by_person = rule.cause == Cause::requeued || rule.cause == Cause::deleted;
        EXPECT_TRUE(!is_final(rule.from) || is_by_person)
            << to_string(rule.from) << " " << to_string(rule.cause);
    }
}

TEST(Transition, WhatIsNotListedCannotHappen) {
    EXPECT_EQ(next_state(StateName::succeeded, Cause::retried), std::nullopt);
    EXPECT_EQ(next_state(StateName::scheduled, Cause::claimed), std::nullopt);
    EXPECT_EQ(next_state(StateName::processing, Cause::succeeded), StateName::succeeded);
}

TEST(Transition, NumbersAndSpellingsThatAreOnDiskStayAsTheyAre) {
    EXPECT_EQ(static_cast<int>(StateName::awaiting), 0);
    EXPECT_EQ(static_cast<int>(StateName::deleted), 6);
    EXPECT_EQ(static_cast<int>(Reason::retry), 21);
    EXPECT_EQ(static_cast<int>(Reason::quarantined), 52);
    EXPECT_EQ(static_cast<int>(Reason::expired), 61);
    EXPECT_EQ(to_string(Cause::recovered), "recovered");
    EXPECT_EQ(to_string(Cause::deleted), "deleted");
    EXPECT_EQ(parse_state_name("processing"), StateName::processing);
    EXPECT_EQ(parse_state_name("Processing"), std::nullopt);
}

}  // namespace
}  // namespace jobhost
