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

}  // namespace
}  // namespace jobhost
