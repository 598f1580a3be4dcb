#include "storage/model/local_date.hpp"

#include "storage/model/time_text.hpp"

#include <gtest/gtest.h>

namespace jobhost {
namespace {

TEST(LocalDate, IsTheDayInThatZone) {
    const TimePoint late = parse_instant("2026-11-30T23:30:00Z").value();
    EXPECT_EQ(local_date(late, "UTC"), "2026-11-30");
    EXPECT_EQ(local_date(late, "Europe/Istanbul"), "2026-12-01");
    EXPECT_EQ(local_date(late, "Nowhere/Else"), "2026-11-30");
}

TEST(LocalTime, IsWhatTheClockShowsWithItsOffset) {
    const TimePoint instant = parse_instant("2026-11-30T23:30:05.999999Z").value();
    EXPECT_EQ(local_time(instant, "Europe/Istanbul"), "Tue 2026-12-01 02:30:05 +03:00");
    EXPECT_EQ(local_time(instant, "America/St_Johns"), "Mon 2026-11-30 20:00:05 -03:30");
    EXPECT_EQ(local_time(instant, "Nowhere/Else"), "Mon 2026-11-30 23:30:05 +00:00");
}

}  // namespace
}  // namespace jobhost
