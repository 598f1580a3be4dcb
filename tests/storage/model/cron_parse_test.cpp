#include "storage/model/cron.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <random>

namespace jobhost {
namespace {

Cron cron(std::string_view expression, std::string_view spread_by = {}) {
    auto parsed = Cron::parse(expression, "UTC", spread_by);
    if (auto* error = std::get_if<Cron::Error>(&parsed)) throw std::invalid_argument(error->text());
    return std::get<Cron>(parsed);
}

CronPattern pattern(std::string_view expression, std::string_view spread_by = {}) {
    return cron(expression, spread_by).pattern();
}

Cron::Error error(std::string_view expression, std::string_view zone = "UTC") {
    const auto parsed = Cron::parse(expression, zone);
    const auto* found = std::get_if<Cron::Error>(&parsed);
    return found ? *found : Cron::Error{"no problem", 0, ""};
}

std::string problem(std::string_view expression, std::string_view zone = "UTC") {
    return error(expression, zone).problem;
}

// "1 5 9"
std::string members(std::uint64_t bits) {
    std::string text;
    for (int i = 0; i < 64; ++i)
        if ((bits >> i & 1) != 0) text += (text.empty() ? "" : " ") + std::to_string(i);
    return text;
}

// ---- what is read ----

TEST(CronDialect, FiveFieldsStandForSecondZero) {
    EXPECT_EQ(members(pattern("5 * * * *").seconds), "0");
    EXPECT_EQ(pattern("0 5 6 7 8 1"), pattern("5 6 7 8 1"));
    EXPECT_EQ(members(pattern("30/10 * * * * *").seconds), "30 40 50");
    EXPECT_EQ(pattern("@every_second"), pattern("* * * * * *"));
}

TEST(CronDialect, BlanksAndTabsSeparate) {
    EXPECT_EQ(pattern(" \t1\t2  3 4\t\t5 "), pattern("1 2 3 4 5"));
}

TEST(CronDialect, DaysThatDependOnTheMonth) {
    // a month of 30 days that begins on a Sunday: Saturdays are 7, 14, 21, 28
    const auto days = [](std::string_view expression) {
        return members(pattern(expression).days_due(30, 0));
    };
    EXPECT_EQ(days("0 0 L * *"), "30");
    EXPECT_EQ(days("0 0 l * *"), "30");
    EXPECT_EQ(days("0 0 L-3 * *"), "27");
    EXPECT_EQ(days("0 0 L-30 * *"), "");
    EXPECT_EQ(days("0 0 LW * *"), "30");
    EXPECT_EQ(days("0 0 L-2W * *"), "27") << "the 28th is a Saturday";
    EXPECT_EQ(days("0 0 L-1W * *"), "30") << "the 29th is a Sunday";
    EXPECT_EQ(days("0 0 1W * *"), "2") << "the 1st is a Sunday";
    EXPECT_EQ(days("0 0 14w * *"), "13");
    EXPECT_EQ(days("0 0 31W * *"), "");
    EXPECT_EQ(days("0 0 * * MONL"), "30");
    EXPECT_EQ(days("0 0 * * 6L"), "28");
    EXPECT_EQ(days("0 0 * * 7#1"), "1");
    EXPECT_EQ(days("0 0 * * sun#5"), "29");
    EXPECT_EQ(days("0 0 * * TUE#5"), "");
    EXPECT_EQ(days("0 0 8-14 * SUN"), "8");
}

TEST(CronDialect, NearestWeekdayStaysInTheMonth) {
    EXPECT_EQ(members(pattern("0 0 1W * *").days_due(31, 6)), "3") << "the 1st is a Saturday";
    EXPECT_EQ(members(pattern("0 0 LW * *").days_due(31, 5)), "29") << "the 31st is a Sunday";
    EXPECT_EQ(members(pattern("0 0 LW * *").days_due(31, 4)), "30") << "the 31st is a Saturday";
}

TEST(CronDialect, WhatIsAnInterval) {
    for (const char* fixed : {"0 2 * * *", "0,30 2,3 * * *", "5 0 2 1-5 */2 MON-FRI", "0 0 L * *", "@daily"})
        EXPECT_FALSE(pattern(fixed).is_interval) << fixed;
    for (const char* interval :
         {"* 2 * * *", "0 ? * * *", "0-5 2 * * *", "0 2/3 * * *", "* 0 0 * * *", "@hourly"})
        EXPECT_TRUE(pattern(interval).is_interval) << interval;
}

TEST(CronDialect, SpreadFollowsFromTheName) {
    EXPECT_EQ(pattern("H H H H H", "backup"), pattern("H H H H H", "backup"));
    EXPECT_NE(cron("H H * * *", "backup"), cron("H H * * *", "report"));
    EXPECT_NE(pattern("H 0 * * *", "backup"), pattern("H 0 * * *", "report"));
    EXPECT_EQ(cron("0 3 * * *", "backup"), cron("0 3 * * *", "report"));
    EXPECT_FALSE(pattern("H H * * *", "backup").is_interval);
    // The hash is part of what is promised: a changed one would move what runs.
    EXPECT_EQ(members(pattern("H H H H H", "nightly-backup").minutes), "35");
    EXPECT_EQ(members(pattern("H/15 * * * *", "nightly-backup").minutes), "5 20 35 50");
}

TEST(CronDialect, SpreadReachesAllValuesAndNoOther) {
    CronPattern all;
    for (int i = 0; i < 5000; ++i) {
        const CronPattern one = pattern("H H(8-17) H H H", "job" + std::to_string(i));
        all.minutes |= one.minutes;
        all.hours |= one.hours;
        all.days |= one.days;
        all.months |= one.months;
        all.weekdays |= one.weekdays;
        const CronPattern steps = pattern("H/20 H(0-5)/4 * * *", "job" + std::to_string(i));
        EXPECT_EQ(std::popcount(steps.minutes), 3);
        EXPECT_EQ(members(steps.minutes >> std::countr_zero(steps.minutes)), "0 20 40");
        EXPECT_LE(std::popcount(steps.hours), 2);
    }
    EXPECT_EQ(all.minutes, (std::uint64_t{1} << 60) - 1);
    EXPECT_EQ(members(all.hours), "8 9 10 11 12 13 14 15 16 17");
    EXPECT_EQ(all.days, ((1U << 28) - 1) << 1) << "each month has a 28th";
    EXPECT_EQ(all.months, ((1U << 12) - 1) << 1);
    EXPECT_EQ(all.weekdays, 0x7f);
}

TEST(CronDialect, ExpressionsWithoutADateAreKnown) {
    for (const char* never :
         {"0 0 31 2 *", "0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 8 * MON#1", "0 0 1-28 2 MON#5",
          "0 0 20 * FRIL", "0 0 15W * SAT", "0 0 LW * SUN", "0 0 L-30 2,4 *", "0 0 31W 6 *"}) {
        EXPECT_FALSE(cron(never).ever_fires()) << never;
        EXPECT_EQ(cron(never).next(TimePoint{}), std::nullopt) << never;
        EXPECT_EQ(cron(never).previous(TimePoint{}), std::nullopt) << never;
    }
    for (const char* rare :
         {"0 0 29 2 MON", "0 0 29 2 SUN#5", "0 0 L-29 1 SAT", "0 0 7 * MON#1", "0 0 31W 5 FRI"})
        EXPECT_TRUE(cron(rare).ever_fires()) << rare;
}

// ---- errors ----

TEST(CronError, NamesTheFieldItsRangeAndTheValue) {
    EXPECT_EQ(problem("60 * * * *"), "minute must be 0 to 59, is 60");
    EXPECT_EQ(problem("* 24 * * *"), "hour must be 0 to 23, is 24");
    EXPECT_EQ(problem("* * 0 * *"), "day of month must be 1 to 31, is 0");
    EXPECT_EQ(problem("* * * 13 *"), "month must be 1 to 12, is 13");
    EXPECT_EQ(problem("* * * * 8"), "day of week must be 0 to 7, is 8");
    EXPECT_EQ(problem("000 * * * *"), "minute must be 0 to 59, is 000");
}

TEST(CronError, NamesTheStep) {
    EXPECT_EQ(problem("*/0 * * * *"), "minute step must be 1 to 59, is 0");
    EXPECT_EQ(problem("* */24 * * *"), "hour step must be 1 to 23, is 24");
    EXPECT_EQ(problem("*/ * * * *"), "minute has no number after '/'");
    EXPECT_EQ(problem("* 1-5/x * * *"), "hour has no number after '/'");
}

TEST(CronError, ShowsWhatIsNotUnderstood) {
    EXPECT_EQ(problem("* L * * *"), "hour cannot be 'L'");
    EXPECT_EQ(problem("* * * JANUARY *"), "month cannot be 'JANUARY'");
    EXPECT_EQ(problem("* * * * MON#x"), "day of week has no number behind '#'");
    EXPECT_EQ(problem("-1 * * * *"), "minute cannot be '-1'");
    EXPECT_EQ(problem("1- * * * *"), "minute cannot be '1-'");
    EXPECT_EQ(problem("1,,2 * * * *"), "minute cannot be '1,,2'");
    EXPECT_EQ(problem("* JAN * * *"), "hour cannot be 'JAN'");
}

TEST(CronError, StarStandsAlone) {
    EXPECT_EQ(problem("1,* * * * *"), "minute cannot have * in a list");
    EXPECT_EQ(problem("*,1 * * * *"), "minute cannot have * in a list");
    EXPECT_EQ(problem("** * * * *"), "minute cannot be '**'");
}

TEST(CronError, CountsTheFields) {
    EXPECT_EQ(problem(""), "must have five fields (minute, hour, day of month, month, day of week), has 0");
    EXPECT_EQ(problem("* * * *"),
              "must have five fields (minute, hour, day of month, month, day of week), has 4");
    EXPECT_EQ(problem("* * * * * * *"),
              "must have five fields (minute, hour, day of month, month, day of week), has 7");
}

TEST(CronError, UnknownMacroListsTheKnownOnes) {
    EXPECT_EQ(problem("@dayly"),
              "'@dayly' is none of @every_second @every_minute @hourly @daily @midnight @weekly @monthly "
              "@yearly @annually");
}

TEST(CronError, TimeZoneMustBeAnIanaName) {
    for (const char* zone : {"Europe/Nowhere", "", "/etc/localtime", "../zoneinfo/UTC", "file:UTC",
                             "localtime", "Fixed/UTC+05:00:00", "right/UTC", "America", "UTC\n"})
        EXPECT_EQ(problem("* * * * *", zone), "time zone '" + std::string(zone) + "' is unknown") << zone;
}

TEST(CronError, SpecialDaysStandAlone) {
    EXPECT_EQ(
        error("0 0 L,15 * *").text(),
        "day of month cannot go on behind L, W or #, at character 6; L, W and # stand alone: make a second "
        "definition for the other days");
    for (const char* expression :
         {"0 0 15,L * *", "0 0 15W,16 * *", "0 0 1-5W * *", "0 0 L-31 * *", "0 0 LW-1 * *", "0 0 L/2 * *",
          "0 0 W * *", "0 0 WL * *", "0 0 * * L", "0 0 * * FRI#6", "0 0 * * #1", "0 0 * * FRI#",
          "0 0 * * FRI#1,MON#1", "0 0 * * FRIL,1", "0 0 * * 1-5L", "0 L * * *", "0 0 * L *", "0 0 * * MONW",
          "0 0 32W * *"})
        EXPECT_NE(problem(expression), "no problem") << expression;
    EXPECT_EQ(problem("0 0 * * FRI#6"), "day of week behind '#' must be 1 to 5, is 6");
    EXPECT_EQ(problem("0 0 L-31 * *"), "day of month behind 'L-' must be 0 to 30, is 31");
}

TEST(CronError, SpreadNeedsANameAndStandsAlone) {
    EXPECT_EQ(error("0 H * * *").text(),
              "hour is H, which follows from the name of a definition, and there is none, at character 3; "
              "name one, "
              "or write a number");
    for (const char* expression :
         {"H,5 * * * *", "5,H * * * *", "H-5 * * * *", "H(5) * * * *", "H(5-1) * * * *", "H(0-60) * * * *",
          "H(0-5 * * * *", "h * * * *", "H/0 * * * *", "H/60 * * * *"})
        EXPECT_TRUE(std::holds_alternative<Cron::Error>(Cron::parse(expression, "UTC", "a"))) << expression;
}

TEST(CronError, SaysWhereAndWhatToWrite) {
    EXPECT_EQ(
        error("0 24 * * *").text(),
        "hour must be 0 to 23, is 24, at character 3; write numbers of 0 to 23, a range like 8-17, or a step "
        "like */6");
    EXPECT_EQ(error("  0 1,2,x * * *").position, 9U);
    EXPECT_EQ(error("0 0 * * * * 2026").position, 13U) << "where the seventh begins";
    EXPECT_EQ(error("@dayly").position, 1U);
    EXPECT_EQ(error("1,* * * * *").position, 3U);
}

// ---- any text ----

TEST(CronAnyText, IsReadOrRefusedInBoundedTime) {
    constexpr std::string_view kAlphabet = "0123456789*?,-/#LWHSUNMON@ \t()\n\0\x80\xff";
    const std::vector<std::string> words{"*",   "?",   "*/5", "0",       "59",   "1-5", "5-1", "L",
                                         "LW",  "15W", "L-3", "5#3",     "FRIL", "H",   "H/7", "SUN",
                                         "JAN", "7",   "1,2", "50-10/7", "31",   "2"};
    std::mt19937 random(20260101);
    const auto below = [&](std::size_t n) { return random() % n; };
    const auto start = std::chrono::steady_clock::now();
    int read = 0;
    for (int round = 0; round < 500'000; ++round) {
        std::string text;
        if (round % 2 == 0)
            for (std::size_t i = below(24); i > 0; --i)
                text += kAlphabet[below(kAlphabet.size())];
        else
            for (std::size_t i = 5 + below(2); i > 0; --i)
                text += words[below(words.size())] + " ";
        const auto parsed = Cron::parse(text, "Europe/Berlin", "any");
        if (const auto* error = std::get_if<Cron::Error>(&parsed)) {
            EXPECT_FALSE(error->problem.empty());
            EXPECT_LE(error->position, text.size() + 1);
            EXPECT_LT(error->text().size(), 400U);
            continue;
        }
        ++read;
        const Cron& found = std::get<Cron>(parsed);
        const TimePoint from{std::chrono::seconds{below(4'000'000'000)}};
        const auto next = found.next(from);
        EXPECT_EQ(next.has_value(), found.ever_fires()) << text;
        if (!next) continue;
        EXPECT_EQ(found.next(*next - Duration{1}, Bound::inclusive), next) << text;
        EXPECT_EQ(found.previous(*next, Bound::inclusive), next) << text;
    }
    EXPECT_GT(read, 10'000);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{20});
}

TEST(CronAnyText, HostileTextsAreRefused) {
    const auto repeated = [](std::string_view text, int times) {
        std::string all;
        while (times-- > 0)
            all += text;
        return all;
    };
    EXPECT_EQ(problem(repeated("1,", 300'000) + "1 * * * *"), "is longer than 500 characters");
    EXPECT_EQ(problem(repeated(" ", 1'000'000)),
              "must have five fields (minute, hour, day of month, month, day of week), has 0");
    for (const auto& text :
         {repeated("1,", 200) + "1 * * * *", "1-" + repeated("9", 400) + " * * * *", repeated("*", 400),
          repeated("1 ", 200), "@" + repeated("a", 400), "L-" + repeated("0", 100) + " 1 1 1 1",
          std::string("\0 \0 \0 \0 \0", 9), std::string("* * * * *\0", 10), std::string("* * * * *\n")}) {
        EXPECT_LT(error(text).text().size(), 400U);
    }
    EXPECT_TRUE(std::holds_alternative<Cron>(Cron::parse(repeated("1,", 200) + "1 * * * *")));
}

}  // namespace
}  // namespace jobhost
