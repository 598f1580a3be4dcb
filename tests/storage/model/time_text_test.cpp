#include "storage/model/time_text.hpp"

#include <gtest/gtest.h>

namespace jobhost {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, EachUnitIsRead) {
    EXPECT_EQ(parse_duration("7us"), 7us);
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("5m"), 5min);
    EXPECT_EQ(parse_duration("12h"), 12h);
    EXPECT_EQ(parse_duration("2d"), 48h);
}

TEST(DurationText, UnitsAreAddedLargestFirst) {
    EXPECT_EQ(parse_duration("1h30m"), 90min);
    EXPECT_EQ(parse_duration("1d2h3m4s5ms6us"), 26h + 3min + 4s + 5ms + 6us);
    EXPECT_EQ(parse_duration("90m"), 90min);
    EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(DurationText, AnythingElseIsRefused) {
    for (const char* text : {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5h", "5x", "5S", "30m1h",
                             "1h1h", "5sec", "h5", "5s!", "1e3s", "99999999999999999999s"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(DurationText, HundredYearsIsTheLongest) {
    EXPECT_EQ(parse_duration("36525d"), 36'525 * 24h);
    EXPECT_EQ(parse_duration("36525d1us"), std::nullopt);
    EXPECT_EQ(parse_duration("36524d24h1us"), std::nullopt);
    EXPECT_EQ(parse_duration("9223372036854775807d"), std::nullopt);
}

TEST(DurationText, IsWrittenWithoutZeroParts) {
    EXPECT_EQ(to_text(Duration{0}), "0s");
    EXPECT_EQ(to_text(Duration{90min}), "1h30m");
    EXPECT_EQ(to_text(Duration{48h}), "2d");
    EXPECT_EQ(to_text(Duration{1500ms}), "1s500ms");
}

TEST(DurationText, WhatIsWrittenReadsBack) {
    for (const Duration duration :
         {Duration{1}, Duration{999}, Duration{86'399'999'999}, Duration{36'525 * 24h}})
        EXPECT_EQ(parse_duration(to_text(duration)), duration) << to_text(duration);
}

TEST(InstantText, IsWrittenWithSixDecimals) {
    EXPECT_EQ(to_text(TimePoint{}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(to_text(TimePoint{Duration{-1}}), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(to_text(TimePoint{2'147'483'648s + 250ms}), "2038-01-19T03:14:08.250000Z");
}

TEST(InstantText, OffsetIsTakenOff) {
    const auto nine_in_istanbul = parse_instant("2026-12-01T09:00:00+03:00");
    ASSERT_TRUE(nine_in_istanbul);
    EXPECT_EQ(to_text(*nine_in_istanbul), "2026-12-01T06:00:00.000000Z");
    EXPECT_EQ(parse_instant("2026-12-01T06:00:00Z"), nine_in_istanbul);
    EXPECT_EQ(parse_instant("2026-12-01T06:00Z"), nine_in_istanbul);
    EXPECT_EQ(parse_instant("2026-12-01t06:00:00.000000z"), nine_in_istanbul);
    EXPECT_EQ(parse_instant("2026-11-30T22:30:00-07:30"), nine_in_istanbul);
}

TEST(InstantText, DecimalsAreMicroseconds) {
    EXPECT_EQ(parse_instant("1970-01-01T00:00:00.25Z"), TimePoint{250ms});
    EXPECT_EQ(parse_instant("1970-01-01T00:00:00.000001Z"), TimePoint{1us});
    EXPECT_EQ(parse_instant("1970-01-01T00:00:00.0000001Z"), std::nullopt);
    EXPECT_EQ(parse_instant("1970-01-01T00:00:00.Z"), std::nullopt);
}

TEST(InstantText, TextThatNamesNoInstantIsRefused) {
    for (const char* text :
         {"", "2026-12-01", "2026-12-01T09:00:00", "2026-12-01 09:00:00Z", "2026-13-01T00:00Z",
          "2026-02-29T00:00Z", "2026-12-01T24:00Z", "2026-12-01T00:60Z", "2026-12-01T00:00:60Z",
          "2026-12-01T00:00+24:00", "2026-12-01T00:00+3:00", "2026-12-01T00:00Z ", "26-12-01T00:00Z",
          "2026-12-01T00:00+0300", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-00:01", "2026-12-01T00:00ZZ"})
        EXPECT_EQ(parse_instant(text), std::nullopt) << text;
}

TEST(InstantText, LastYearIs9999) {
    const auto last = parse_instant("9999-12-31T23:59:59.999999Z");
    ASSERT_TRUE(last);
    EXPECT_EQ(to_text(*last), "9999-12-31T23:59:59.999999Z");
}

TEST(InstantText, WhatIsWrittenSortsAsTheInstantsDo) {
    EXPECT_LT(to_text(TimePoint{999ms}), to_text(TimePoint{1s}));
    EXPECT_LT(to_text(TimePoint{1s}), to_text(TimePoint{1s + 1us}));
}

}  // namespace
}  // namespace jobhost
