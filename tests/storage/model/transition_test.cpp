#include "storage/model/transition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace jobhost {
namespace {

constexpr std::string_view kBegin = "<!-- states: begin -->\n";
constexpr std::string_view kEnd = "<!-- states: end -->";

// What README.md must show between the two marks. All causes of a move share one arrow.
std::string diagram() {
    std::string text = "```mermaid\nstateDiagram-v2\n";
    for (const StateName state : {StateName::awaiting, StateName::scheduled, StateName::enqueued})
        text += "    [*] --> " + std::string{to_string(state)} + "\n";
    for (std::size_t from = 0; from < kStateNames.size(); ++from)
        for (std::size_t to = 0; to < kStateNames.size(); ++to) {
            std::string causes;
            for (const Rule& rule : kRules)
                if (rule.from == static_cast<StateName>(from) && rule.to == static_cast<StateName>(to))
                    causes += (causes.empty() ? "" : ", ") + std::string{to_string(rule.cause)};
            if (causes.empty()) continue;
            text += "    " + std::string{kStateNames[from]} + " --> " + std::string{kStateNames[to]} + ": " +
                    causes + "\n";
        }
    return text + "```\n";
}

TEST(Transition, TheReadmeShowsTheTable) {
    std::stringstream readme;
    readme << std::ifstream{STORAGE_README}.rdbuf();
    const std::string text = readme.str();
    const std::size_t begin = text.find(kBegin);
    const std::size_t end = text.find(kEnd);
    ASSERT_NE(begin, std::string::npos);
    ASSERT_NE(end, std::string::npos);

    EXPECT_EQ(text.substr(begin + kBegin.size(), end - begin - kBegin.size()), diagram())
        << "put this between the marks in storage/README.md:\n"
        << diagram();
}

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

// `restored`: a person has requeued the parent because of which the child was deleted.
TEST(Transition, OnlyAPersonLeadsOutOfAFinalState) {
    constexpr std::array kByPersons{Cause::requeued, Cause::rescheduled, Cause::deleted, Cause::restored};
    for (const Rule& rule : kRules) {
        const bool is_by_person =
            std::find(kByPersons.begin(), kByPersons.end(), rule.cause) != kByPersons.end();
        EXPECT_TRUE(!is_final(rule.from) || is_by_person)
            << to_string(rule.from) << " " << to_string(rule.cause);
    }
}

TEST(Transition, WhateverAwaitsOrWaitsForItsInstantCanBeCancelled) {
    for (const StateName state :
         {StateName::awaiting, StateName::scheduled, StateName::enqueued, StateName::processing})
        EXPECT_EQ(next_state(state, Cause::cancelled), StateName::deleted) << to_string(state);
    EXPECT_EQ(next_state(StateName::succeeded, Cause::cancelled), std::nullopt);
}

TEST(Transition, AMoveToAnotherQueueChangesNoState) {
    for (const Rule& rule : kRules)
        if (rule.cause == Cause::moved) {
            EXPECT_EQ(rule.from, rule.to);
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
    EXPECT_EQ(static_cast<int>(Cause::deleted), 13);
    EXPECT_EQ(static_cast<int>(Cause::moved), 21);
    EXPECT_EQ(to_string(Cause::retried_at_once), "retried_at_once");
    EXPECT_EQ(to_string(Cause::moved), "moved");
    EXPECT_EQ(parse_state_name("processing"), StateName::processing);
    EXPECT_EQ(parse_state_name("Processing"), std::nullopt);
}

}  // namespace
}  // namespace jobhost
