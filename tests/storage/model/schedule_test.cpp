#include "storage/model/schedule.hpp"

#include "storage/model/time_text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace jobhost {
namespace {

using namespace std::chrono_literals;

TimePoint at(std::string_view text) {
    const auto instant = parse_instant(text);
    if (!instant) throw std::invalid_argument("not an instant: " + std::string(text));
    return *instant;
}

Cron cron(std::string_view expression, std::string_view zone = "UTC") {
    auto parsed = Cron::parse(expression, zone);
    if (auto* error = std::get_if<Cron::Error>(&parsed)) throw std::invalid_argument(error->problem);
    return std::get<Cron>(parsed);
}

// The next `count` due instants after `from`, as "2026-01-31T00:00" in UTC.
std::vector<std::string> due(const Schedule& schedule, std::string_view from, int count = 1) {
    std::vector<std::string> texts;
    TimePoint now = at(from);
    while (count-- > 0) {
        const auto next = schedule.next(now);
        if (!next) break;
        now = *next;
        texts.push_back(to_text(now).substr(0, 16));
    }
    return texts;
}

using Texts = std::vector<std::string>;

TEST(Cron, NextIsLaterThanTheInstantGiven) {
    EXPECT_EQ(due(cron("* * * * *"), "2026-01-01T00:00:00Z"), Texts{"2026-01-01T00:01"});
    EXPECT_EQ(due(cron("* * * * *"), "2026-01-01T00:00:59.999999Z"), Texts{"2026-01-01T00:01"});
    EXPECT_EQ(due(cron("0 0 1 1 *"), "2026-01-01T00:00:00.000001Z"), Texts{"2027-01-01T00:00"});
    EXPECT_EQ(due(cron("0 0 1 1 *"), "2025-12-31T23:59:59.999999Z"), Texts{"2026-01-01T00:00"});
}

TEST(Cron, EachFieldRestricts) {
    EXPECT_EQ(due(cron("5 * * * *"), "2026-01-01T00:05:00Z"), Texts{"2026-01-01T01:05"});
    EXPECT_EQ(due(cron("0 13 * * *"), "2026-01-01T13:00:00Z"), Texts{"2026-01-02T13:00"});
    EXPECT_EQ(due(cron("0 0 31 * *"), "2026-01-31T00:00:00Z"), Texts{"2026-03-31T00:00"});
    EXPECT_EQ(due(cron("0 0 1 4 *"), "2026-04-01T00:00:00Z"), Texts{"2027-04-01T00:00"});
    EXPECT_EQ(due(cron("0 0 * * 1"), "2026-01-01T00:00:00Z"), Texts{"2026-01-05T00:00"});
}

TEST(Cron, ListsRangesAndStepsCombine) {
    EXPECT_EQ(due(cron("0,15-20/5,50/5 3 * * *"), "2026-01-01T00:00:00Z", 6),
              (Texts{"2026-01-01T03:00", "2026-01-01T03:15", "2026-01-01T03:20", "2026-01-01T03:50",
                     "2026-01-01T03:55", "2026-01-02T03:00"}));
}

TEST(Cron, ReversedRangeWraps) {
    EXPECT_EQ(due(cron("0 22-1 * * *"), "2026-01-01T12:00:00Z", 4),
              (Texts{"2026-01-01T22:00", "2026-01-01T23:00", "2026-01-02T00:00", "2026-01-02T01:00"}));
    EXPECT_EQ(due(cron("0 0 1 DEC-FEB *"), "2026-02-01T00:00:00Z", 3),
              (Texts{"2026-12-01T00:00", "2027-01-01T00:00", "2027-02-01T00:00"}));
}

TEST(Cron, StepGoesOnOverTheWrap) {
    EXPECT_EQ(due(cron("50-5/5 0 * * *"), "2026-01-01T00:30:00Z", 4),
              (Texts{"2026-01-01T00:50", "2026-01-01T00:55", "2026-01-02T00:00", "2026-01-02T00:05"}));
    // Friday, Sunday, Tuesday: Sunday counts once
    EXPECT_EQ(due(cron("0 0 * * FRI-TUE/2"), "2026-01-01T00:00:00Z", 3),
              (Texts{"2026-01-02T00:00", "2026-01-04T00:00", "2026-01-06T00:00"}));
}

TEST(Cron, SevenIsSunday) {
    const Texts sundays{"2026-01-04T00:00", "2026-01-11T00:00"};
    for (const char* expression : {"0 0 * * 7", "0 0 * * 0", "0 0 * * SUN", "0 0 * * sun", "0 0 ? * 7/3"})
        EXPECT_EQ(due(cron(expression), "2026-01-01T00:00:00Z", 2), sundays) << expression;
    EXPECT_EQ(due(cron("0 0 * * 5-7"), "2026-01-01T00:00:00Z", 3),
              (Texts{"2026-01-02T00:00", "2026-01-03T00:00", "2026-01-04T00:00"}));
    EXPECT_EQ(due(cron("0 0 * * 7-1"), "2026-01-01T00:00:00Z", 3),
              (Texts{"2026-01-04T00:00", "2026-01-05T00:00", "2026-01-11T00:00"}));
}

TEST(Cron, BothDayFieldsMustMatchWhenBothAreRestricted) {
    EXPECT_EQ(due(cron("0 0 13 * FRI"), "2026-01-01T00:00:00Z", 3),
              (Texts{"2026-02-13T00:00", "2026-03-13T00:00", "2026-11-13T00:00"}));
}

TEST(Cron, MacrosStandForFiveFields) {
    const auto first = [](const char* macro) { return due(cron(macro), "2026-05-13T10:30:00Z"); };
    EXPECT_EQ(first("@every_minute"), Texts{"2026-05-13T10:31"});
    EXPECT_EQ(first("@hourly"), Texts{"2026-05-13T11:00"});
    EXPECT_EQ(first("@daily"), Texts{"2026-05-14T00:00"});
    EXPECT_EQ(first("@midnight"), Texts{"2026-05-14T00:00"});
    EXPECT_EQ(first("@weekly"), Texts{"2026-05-17T00:00"});
    EXPECT_EQ(first("@monthly"), Texts{"2026-06-01T00:00"});
    EXPECT_EQ(first("@yearly"), Texts{"2027-01-01T00:00"});
    EXPECT_EQ(first("@Annually"), Texts{"2027-01-01T00:00"});
}

TEST(Cron, ExpressionIsKeptAsWrittenWithoutOuterBlanks) {
    EXPECT_EQ(cron(" \t@daily ").expression(), "@daily");
    EXPECT_EQ(cron("0\t0 *  * *", "Europe/Berlin").expression(), "0\t0 *  * *");
    EXPECT_EQ(cron("0 0 * * *", "Europe/Berlin").time_zone(), "Europe/Berlin");
}

TEST(Cron, LeapDayIsFoundOverTheCenturyThatHasNone) {
    EXPECT_EQ(due(cron("0 0 29 2 *"), "2026-01-01T00:00:00Z"), Texts{"2028-02-29T00:00"});
    EXPECT_EQ(due(cron("0 0 29 2 *"), "2096-02-29T00:00:00Z"), Texts{"2104-02-29T00:00"});
    EXPECT_EQ(due(cron("0 0 29 2 MON"), "2072-12-01T00:00:00Z"), Texts{"2112-02-29T00:00"});
}

TEST(Cron, GoesOnAfter2038) {
    EXPECT_EQ(due(cron("0 12 1 7 *", "America/New_York"), "2060-01-01T00:00:00Z"), Texts{"2060-07-01T16:00"});
    EXPECT_EQ(due(cron("30 2 * * *", "America/New_York"), "2060-03-13T12:00:00Z"), Texts{"2060-03-14T07:00"});
}

// ---- daylight saving ----

TEST(CronInNewYork, SkippedFixedTimeFiresOnceAtTheEndOfTheGap) {
    EXPECT_EQ(due(cron("30 2 * * *", "America/New_York"), "2016-03-12T00:00:00-05:00", 3),
              (Texts{"2016-03-12T07:30", "2016-03-13T07:00", "2016-03-14T06:30"}));
    EXPECT_EQ(due(cron("0,30 2 * * *", "America/New_York"), "2016-03-13T01:45:00-05:00", 2),
              (Texts{"2016-03-13T07:00", "2016-03-14T06:00"}));
}

TEST(CronInNewYork, SkippedIntervalGoesOnAtTheEndOfTheGap) {
    EXPECT_EQ(due(cron("*/30 * * * *", "America/New_York"), "2016-03-13T01:10:00-05:00", 4),
              (Texts{"2016-03-13T06:30", "2016-03-13T07:00", "2016-03-13T07:30", "2016-03-13T08:00"}));
    EXPECT_EQ(due(cron("0 */2 * * *", "America/New_York"), "2016-03-13T01:59:00-05:00", 2),
              (Texts{"2016-03-13T07:00", "2016-03-13T08:00"}));
    EXPECT_EQ(due(cron("*/20 2 * * *", "America/New_York"), "2016-03-13T01:59:00-05:00", 2),
              (Texts{"2016-03-13T07:00", "2016-03-14T06:00"}));
}

TEST(CronInNewYork, RepeatedFixedTimeFiresOnceAtTheFirst) {
    EXPECT_EQ(due(cron("30 1 * * *", "America/New_York"), "2016-11-05T12:00:00-04:00", 2),
              (Texts{"2016-11-06T05:30", "2016-11-07T06:30"}));
    EXPECT_EQ(due(cron("30 1 * * *", "America/New_York"), "2016-11-06T01:10:00-05:00"),
              Texts{"2016-11-07T06:30"});
    EXPECT_EQ(due(cron("0 2 * * *", "America/New_York"), "2016-11-06T01:10:00-04:00"),
              Texts{"2016-11-06T07:00"});
}

TEST(CronInNewYork, RepeatedIntervalFiresBothTimes) {
    EXPECT_EQ(due(cron("*/30 * * * *", "America/New_York"), "2016-11-06T00:40:00-04:00", 5),
              (Texts{"2016-11-06T05:00", "2016-11-06T05:30", "2016-11-06T06:00", "2016-11-06T06:30",
                     "2016-11-06T07:00"}));
    EXPECT_EQ(due(cron("30 * * * *", "America/New_York"), "2016-11-06T01:30:00-04:00", 2),
              (Texts{"2016-11-06T06:30", "2016-11-06T07:30"}));
}

TEST(CronInBerlin, HourlyRunsEveryRealHourOverBothChanges) {
    for (const char* day : {"2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"}) {
        TimePoint now = at(day);
        for (int i = 0; i < 24; ++i) {
            const auto next = cron("@hourly", "Europe/Berlin").next(now);
            ASSERT_TRUE(next);
            EXPECT_EQ(*next - now, 1h) << to_text(*next);
            now = *next;
        }
    }
}

TEST(CronInBerlin, DailyAtHalfPastTwoRunsOncePerDay) {
    EXPECT_EQ(due(cron("30 2 * * *", "Europe/Berlin"), "2026-03-28T12:00:00Z", 2),
              (Texts{"2026-03-29T01:00", "2026-03-30T00:30"}));
    EXPECT_EQ(due(cron("30 2 * * *", "Europe/Berlin"), "2026-10-24T12:00:00Z", 2),
              (Texts{"2026-10-25T00:30", "2026-10-26T01:30"}));
}

TEST(CronInIstanbul, FollowsTheHistoryOfItsOffset) {
    // The last change of the clock was in March 2016, from 03:00 to 04:00; since then it is UTC+3 all year.
    EXPECT_EQ(due(cron("30 3 * * *", "Europe/Istanbul"), "2016-03-26T12:00:00Z", 2),
              (Texts{"2016-03-27T01:00", "2016-03-28T00:30"}));
    EXPECT_EQ(due(cron("0 2 * * *", "Europe/Istanbul"), "2016-10-29T12:00:00Z", 2),
              (Texts{"2016-10-29T23:00", "2016-10-30T23:00"}));
    EXPECT_EQ(due(cron("0 2 1 1,7 *", "Europe/Istanbul"), "2026-01-15T00:00:00Z", 2),
              (Texts{"2026-06-30T23:00", "2026-12-31T23:00"}));
    // In 2015 winter came two weeks late, on 8 November, because of an election.
    EXPECT_EQ(due(cron("30 3 * * *", "Europe/Istanbul"), "2015-11-07T12:00:00Z", 2),
              (Texts{"2015-11-08T00:30", "2015-11-09T01:30"}));
}

TEST(CronInLordHowe, HalfHourOfDaylightSavingIsKept) {
    EXPECT_EQ(due(cron("15 2 * * *", "Australia/Lord_Howe"), "2026-10-03T00:00:00Z", 2),
              (Texts{"2026-10-03T15:30", "2026-10-04T15:15"}));
    EXPECT_EQ(due(cron("*/15 * * * *", "Australia/Lord_Howe"), "2026-04-04T14:20:00Z", 6),
              (Texts{"2026-04-04T14:30", "2026-04-04T14:45", "2026-04-04T15:00", "2026-04-04T15:15",
                     "2026-04-04T15:30", "2026-04-04T15:45"}));
    EXPECT_EQ(due(cron("45 1 * * *", "Australia/Lord_Howe"), "2026-04-04T12:00:00Z", 2),
              (Texts{"2026-04-04T14:45", "2026-04-05T15:15"}));
}

TEST(CronInSaoPaulo, MidnightThatDoesNotExistMovesToOneOClock) {
    EXPECT_EQ(due(cron("@daily", "America/Sao_Paulo"), "2018-11-03T12:00:00Z", 2),
              (Texts{"2018-11-04T03:00", "2018-11-05T02:00"}));
    EXPECT_EQ(due(cron("0 0 * * *", "America/Sao_Paulo"), "2018-02-17T12:00:00Z", 2),
              (Texts{"2018-02-18T03:00", "2018-02-19T03:00"}));
}

TEST(CronInApia, SkippedDayFiresOnceAtItsEnd) {
    EXPECT_EQ(due(cron("0 12 * * *", "Pacific/Apia"), "2011-12-29T12:00:00-10:00", 2),
              (Texts{"2011-12-30T10:00", "2011-12-30T22:00"}));
}

TEST(Cron, NextNeverGoesBackInAnyZone) {
    for (const char* zone : {"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo",
                             "Europe/Istanbul", "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia"}) {
        for (const char* expression : {"17 */3 * * *", "30 1,2 * * *", "*/7 0-2 * * SUN"}) {
            const Cron schedule = cron(expression, zone);
            TimePoint now = at("2010-01-01T00:00:00Z");
            for (int i = 0; i < 3000; ++i) {
                const auto next = schedule.next(now);
                ASSERT_TRUE(next && *next > now) << zone << ' ' << expression << ' ' << to_text(now);
                now = *next;
            }
        }
    }
}

// ---- every ----

TEST(Every, IsAnchoredAtTheEpoch) {
    EXPECT_EQ(due(Every{.period = 30min}, "2026-01-01T00:10:00Z", 2),
              (Texts{"2026-01-01T00:30", "2026-01-01T01:00"}));
    EXPECT_EQ(due(Every{.period = 30min}, "2026-01-01T00:30:00Z"), Texts{"2026-01-01T01:00"});
}

TEST(Every, IsNotDueBeforeItsAnchor) {
    const Every hourly{.period = 1h, .anchor = at("2026-06-01T09:20:00Z")};
    EXPECT_EQ(due(hourly, "2026-01-01T00:00:00Z", 2), (Texts{"2026-06-01T09:20", "2026-06-01T10:20"}));
}

TEST(Every, NeverFiresWhenItsFirstTimeIsMoreThanHundredYearsAway) {
    const Every distant{.period = 1h, .anchor = at("2200-01-01T00:00:00Z")};
    EXPECT_EQ(distant.next(at("2026-01-01T00:00:00Z")), std::nullopt);
    EXPECT_EQ(Every{}.next(TimePoint{}), std::nullopt);
}

}  // namespace
}  // namespace jobhost
