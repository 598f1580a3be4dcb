// Matching times on a wall clock, whatever the time zone does to it. Private to storage/model.
#pragma once

#include "storage/model/cron_pattern.hpp"

#include <cctz/civil_time.h>

#include <optional>

namespace jobhost {

inline constexpr cctz::year_t kFirstCronYear = 1;
inline constexpr cctz::year_t kLastCronYear = 9999;

bool matches(const CronPattern& pattern, cctz::civil_second time);
// The first that matches at or after `from`, and the last at or before it; none beyond the years above. They
// look at months, never at days, and at no more than 40 years, for no date that comes is rarer.
std::optional<cctz::civil_second> first_match(const CronPattern& pattern, cctz::civil_second from);
std::optional<cctz::civil_second> last_match(const CronPattern& pattern, cctz::civil_second until);

}  // namespace jobhost
