#include "storage/model/schedule.hpp"
#include "storage/model/time_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace jobhost {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

TimePoint at(std::string_view text) {
    return parse_instant(text).value();
}

Cron cron(std::string_view expression, std::string_view zone = "UTC") {
    return std::get<Cron>(Cron::parse(expression, zone));
}

std::string shown(TimePoint instant) {
    return to_text(instant).substr(0, 16);
}

// The next instants after `from`, and the ones before it, as "2026-01-31T00:00" in UTC.
Texts after(const Schedule& schedule, std::string_view from, int count) {
    Texts texts;
    auto due = schedule.next(at(from));
    for (; due && count > 0; due = schedule.next(*due), --count)
        texts.push_back(shown(*due));
    return texts;
}
Texts before(const Schedule& schedule, std::string_view from, int count) {
    Texts texts;
    auto due = schedule.previous(at(from));
    for (; due && count > 0; due = schedule.previous(*due), --count)
        texts.push_back(shown(*due));
    return texts;
}

Calendar calendar(std::initializer_list<std::string_view> days, std::string zone = "UTC") {
    Calendar made{std::move(zone), {}};
    for (const std::string_view text : days)
        made.days.push_back(parse_day_range(text).value());
    return made;
}

TEST(Recurrence, AtIsDueOnce) {
    const Schedule schedule = At{at("2026-12-01T06:00:00Z")};
    EXPECT_EQ(after(schedule, "2026-01-01T00:00:00Z", 5), Texts{"2026-12-01T06:00"});
    EXPECT_EQ(schedule.next(at("2026-12-01T06:00:00Z")), std::nullopt);
    EXPECT_EQ(schedule.previous(at("2026-12-01T06:00:00Z")), std::nullopt);
    EXPECT_EQ(before(schedule, "2027-01-01T00:00:00Z", 5), Texts{"2026-12-01T06:00"});
}

TEST(Recurrence, EveryGoesBackToItsAnchor) {
    const Schedule schedule = Every{1h, at("2026-01-01T00:30:00Z")};
    EXPECT_EQ(before(schedule, "2026-01-01T02:30:00Z", 9), (Texts{"2026-01-01T01:30", "2026-01-01T00:30"}));
    EXPECT_EQ(before(schedule, "2026-01-01T00:30:00.000001Z", 9), Texts{"2026-01-01T00:30"});
    EXPECT_EQ(before(schedule, "2026-01-01T00:30:00Z", 9), Texts{});
}

TEST(Recurrence, FromCountsAndUntilDoesNot) {
    Schedule schedule = cron("0 0 * * *");
    schedule.recurrences[0].from = at("2026-01-02T00:00:00Z");
    schedule.recurrences[0].until = at("2026-01-04T00:00:00Z");
    const Texts days{"2026-01-02T00:00", "2026-01-03T00:00"};
    EXPECT_EQ(after(schedule, "2020-01-01T00:00:00Z", 9), days);
    EXPECT_EQ(before(schedule, "2030-01-01T00:00:00Z", 9), (Texts{days[1], days[0]}));
}

TEST(Recurrence, NothingIsDueOnTheDaysOfACalendar) {
    Schedule schedule = cron("0 9 * * *", "Europe/Istanbul");
    schedule.recurrences[0].except = {calendar({"2026-01-02", "2026-01-03..2026-01-05"}),
                                      calendar({"2026-01-07"}, "Europe/Istanbul")};
    const Texts days{"2026-01-01T06:00", "2026-01-06T06:00", "2026-01-08T06:00"};
    EXPECT_EQ(after(schedule, "2026-01-01T00:00:00Z", 3), days);
    EXPECT_EQ(before(schedule, "2026-01-09T00:00:00Z", 3), (Texts{days[2], days[1], days[0]}));
}

TEST(Recurrence, DaysOfACalendarAreThoseOfItsZone) {
    Schedule schedule = Every{1h};
    schedule.recurrences[0].except = {calendar({"2026-01-02"}, "Asia/Tokyo")};  // from 15:00 to 15:00 in UTC
    EXPECT_EQ(after(schedule, "2026-01-01T13:30:00Z", 2), (Texts{"2026-01-01T14:00", "2026-01-02T15:00"}));
    EXPECT_EQ(before(schedule, "2026-01-02T15:30:00Z", 2), (Texts{"2026-01-02T15:00", "2026-01-01T14:00"}));
}

TEST(Recurrence, ADayThatTheClockShortensEndsWithIt) {
    // Beirut's 29 March 2026 begins at 01:00; Apia has no 30 December 2011.
    Schedule schedule = Every{30min};
    schedule.recurrences[0].except = {calendar({"2026-03-29"}, "Asia/Beirut")};
    EXPECT_EQ(after(schedule, "2026-03-28T21:30:00Z", 1), Texts{"2026-03-29T21:00"});
    schedule.recurrences[0].except = {calendar({"2011-12-29..2011-12-30"}, "Pacific/Apia")};
    EXPECT_EQ(after(schedule, "2011-12-29T10:00:00Z", 1), Texts{"2011-12-30T10:00"});
}

TEST(Recurrence, AnEveryThatIsAlwaysExcludedEnds) {
    Schedule schedule = Every{24h};
    schedule.recurrences[0].until = at("2026-02-01T00:00:00Z");
    schedule.recurrences[0].except = {calendar({"1970-01-01..9999-12-30"})};
    EXPECT_EQ(schedule.next(at("2026-01-01T00:00:00Z")), std::nullopt);
    EXPECT_EQ(schedule.previous(at("2026-01-01T00:00:00Z")), std::nullopt);
}

TEST(Recurrence, DayRangesAreReadAndShown) {
    for (const char* text : {"2026-01-01", "2024-02-29", "2026-04-22..2026-04-26", "1970-01-01..9999-12-31"})
        EXPECT_EQ(to_text(parse_day_range(text).value()), text);
    EXPECT_EQ(to_text(parse_day_range("2026-01-01..2026-01-01").value()), "2026-01-01");
    for (const char* text :
         {"", "2026", "2026-1-1", "2026-02-29", "2026-13-01", "2026-01-02..2026-01-01", "2026-01-01..", "..",
          "1969-12-31", "2026-01-01T00", "2026-01-01...2026-01-02", "-026-01-01", "2026-01-+1"})
        EXPECT_FALSE(parse_day_range(text)) << text;
}

// ---- several rules ----

TEST(Schedule, OneInstantOfSeveralRulesIsOne) {
    Schedule schedule = cron("0 6 * * *");
    schedule.recurrences.push_back({.rule = cron("0 */6 * * *")});
    EXPECT_EQ(after(schedule, "2026-01-01T00:00:00Z", 4),
              (Texts{"2026-01-01T06:00", "2026-01-01T12:00", "2026-01-01T18:00", "2026-01-02T00:00"}));
    EXPECT_EQ(before(schedule, "2026-01-01T12:00:00Z", 2), (Texts{"2026-01-01T06:00", "2026-01-01T00:00"}));
    EXPECT_TRUE(schedule.is_due(at("2026-01-01T06:00:00Z")));
    EXPECT_FALSE(schedule.is_due(at("2026-01-01T06:00:01Z")));
}

// Against a search that asks every minute.
TEST(Schedule, NextAndPreviousAgreeWithASlowSearch) {
    std::mt19937 random{20261128};
    const auto pick = [&](int most) { return std::uniform_int_distribution{0, most}(random); };
    const TimePoint start = at("2026-03-28T00:00:00Z");
    const TimePoint end = start + 72h;
    const std::array<std::string, 6> rules{"*/7 * * * *",  "30 2 * * *", "0 */5 * * *",
                                           "15 1-3 * * *", "0 0 29 3 *", "59 23 * * 6"};
    const std::array<std::string, 4> zones{"UTC", "Europe/Berlin", "Asia/Beirut", "America/New_York"};
    for (int round = 0; round < 200; ++round) {
        Schedule schedule;
        std::set<TimePoint> expected;
        for (int count = pick(2); count >= 0; --count) {
            Recurrence one{.rule = Every{1min * (1 + pick(200)), start + 1min * pick(100)}};
            if (pick(2) > 0) one.rule = cron(rules.at(pick(5)), zones.at(pick(3)));
            if (pick(1) > 0) one.from = start + 1min * pick(2000);
            if (pick(1) > 0) one.until = end - 1min * pick(2000);
            if (pick(1) > 0) one.except = {calendar({"2026-03-29"}, zones.at(pick(3)))};
            if (pick(3) > 0) one.except.push_back(calendar({"2026-03-28", "2026-03-30"}, zones.at(pick(3))));
            // What is due regardless of where it holds.
            for (TimePoint minute = start; minute < end; minute += 1min) {
                const auto due =
                    std::visit([&](const auto& rule) { return rule.next(minute - 1us); }, one.rule);
                const bool is_excluded = std::ranges::any_of(
                    one.except, [&](const Calendar& days) { return days.around(minute).has_value(); });
                if (due == minute && !is_excluded && (!one.from || minute >= *one.from) &&
                    (!one.until || minute < *one.until))
                    expected.insert(minute);
            }
            schedule.recurrences.push_back(std::move(one));
        }
        std::set<TimePoint> forwards;
        for (auto due = schedule.next(start - 1us); due && *due < end; due = schedule.next(*due))
            forwards.insert(*due);
        std::set<TimePoint> backwards;
        for (auto due = schedule.previous(end); due && *due >= start; due = schedule.previous(*due))
            backwards.insert(*due);
        ASSERT_EQ(forwards, expected) << "round " << round;
        ASSERT_EQ(backwards, expected) << "round " << round;
    }
}

// ---- grace and jitter ----

TEST(Schedule, GraceIsAMinuteOrHalfThePeriod) {
    EXPECT_EQ(Schedule{Every{1h}}.grace_at(TimePoint{1h}), 1min);
    EXPECT_EQ(Schedule{Every{30s}}.grace_at(TimePoint{30s}), 15s);
    EXPECT_EQ(Schedule{At{TimePoint{1h}}}.grace_at(TimePoint{1h}), 1min);
    Schedule set = Every{30s};
    set.grace = 10min;
    EXPECT_EQ(set.grace_at(TimePoint{30s}), 10min);
}

TEST(Schedule, JitterFollowsFromTheNameAndTheInstant) {
    Schedule schedule = Every{1min};
    EXPECT_EQ(schedule.jitter_at(TimePoint{1min}, "a"), 0s);
    schedule.recurrences[0].jitter = 10s;
    std::array<int, 10> tenths{};
    for (int i = 0; i < 10'000; ++i) {
        const std::string name = "job-" + std::to_string(i);
        const Duration jitter = schedule.jitter_at(TimePoint{1min}, name);
        ASSERT_EQ(jitter, schedule.jitter_at(TimePoint{1min}, name));
        ASSERT_GE(jitter, 0s);
        ASSERT_LT(jitter, 10s);
        ++tenths.at(static_cast<std::size_t>(jitter / 1s));
    }
    for (const int count : tenths)
        EXPECT_NEAR(count, 1000, 150);
    EXPECT_NE(schedule.jitter_at(TimePoint{1min}, "a"), schedule.jitter_at(TimePoint{2min}, "a"));
    // Stays what it is over all versions: a host of another version fires the next instant.
    EXPECT_EQ(schedule.jitter_at(TimePoint{1min}, "nightly-backup"), 7'223'586us);
}

// ---- what is made up for ----

struct Late {
    Missed missed = Missed::run_once;
    Duration late{};  // after minute 10, with the first instant at minute 1
    std::vector<int> minutes;
    int missed_until = 0;  // the last minute without a run; 0: there is none
    int catch_ups = kMostCatchUps;
};

TEST(DueInstants, FollowTheRuleForMissedOnes) {
    const std::vector<Late> table{
        {Missed::run_once, 0s, {10}, 9},   // the one on time stands for those before it
        {Missed::run_once, 31s, {10}, 9},  // all are missed: the latest
        {Missed::skip, 30s, {10}, 9},      // grace: half a minute
        {Missed::skip, 31s, {}, 10},       //
        {Missed::run_all, 0s, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0},
        {Missed::run_all, 40s, {8, 9, 10}, 7, 3},     // the latest three
        {Missed::run_all, 10s, {7, 8, 9, 10}, 6, 3},  // and the one that is on time
    };
    for (const Late& row : table) {
        Schedule schedule = Every{1min};
        schedule.missed = row.missed;
        schedule.catch_ups = row.catch_ups;
        const DueInstants due = due_instants(schedule, TimePoint{1min}, TimePoint{10min + row.late});
        std::vector<TimePoint> expected;
        for (const int minute : row.minutes)
            expected.push_back(TimePoint{1min * minute});
        EXPECT_EQ(due.instants, expected) << to_string(row.missed) << " " << to_text(row.late);
        std::optional<MissedInstants> missed;
        if (row.missed_until > 0) missed = {TimePoint{1min}, TimePoint{1min * row.missed_until}};
        EXPECT_EQ(due.missed, missed) << to_string(row.missed) << " " << to_text(row.late);
        EXPECT_EQ(due.next, TimePoint{11min});
    }
}

TEST(DueInstants, AnInstantOnTimeIsAlone) {
    for (const Missed missed : {Missed::run_once, Missed::skip, Missed::run_all}) {
        Schedule schedule = Every{1min};
        schedule.missed = missed;
        const DueInstants due = due_instants(schedule, TimePoint{1min}, TimePoint{1min + 5ms});
        EXPECT_EQ(due.instants, std::vector{TimePoint{1min}});
        EXPECT_EQ(due.missed, std::nullopt);
    }
}

TEST(DueInstants, WhatComesWhileAHostIsThereIsNotMissed) {
    Schedule schedule = Every{1min};
    schedule.missed = Missed::skip;
    schedule.grace = 0s;
    const TimePoint now{3min + 40s};
    const DueInstants due = due_instants(schedule, TimePoint{1min}, now, TimePoint{1min + 59s});
    EXPECT_EQ(due.instants, (std::vector{TimePoint{2min}, TimePoint{3min}}));
    EXPECT_EQ(due.missed, (MissedInstants{TimePoint{1min}, TimePoint{1min}}));
    EXPECT_TRUE(due_instants(schedule, TimePoint{1min}, now, TimePoint{3min}).instants.empty());
}

TEST(DueInstants, ComeInPortionsWithoutALoss) {
    Schedule schedule = Every{1s};
    schedule.missed = Missed::run_all;
    schedule.grace = 1h;  // none of them is missed
    std::vector<TimePoint> made;
    std::optional<TimePoint> next = TimePoint{1s};
    while (next && *next <= TimePoint{2500s}) {
        const DueInstants due = due_instants(schedule, *next, TimePoint{2500s});
        ASSERT_LE(due.instants.size(), static_cast<std::size_t>(kMostCatchUps));
        made.insert(made.end(), due.instants.begin(), due.instants.end());
        next = due.next;
    }
    ASSERT_EQ(made.size(), 2500u);
    for (std::size_t i = 0; i < made.size(); ++i)
        ASSERT_EQ(made[i], TimePoint{1s * (i + 1)});
}

TEST(DueInstants, AYearOfSecondsTakesNoTime) {
    Schedule schedule = cron("* * * * * *");
    const TimePoint first = at("2025-01-01T00:00:00Z");
    const DueInstants due = due_instants(schedule, first, first + 365 * 24h);
    EXPECT_EQ(due.instants, std::vector{first + 365 * 24h});
    EXPECT_EQ(due.missed, (MissedInstants{first, first + 365 * 24h - 1s}));
}

}  // namespace
}  // namespace jobhost
