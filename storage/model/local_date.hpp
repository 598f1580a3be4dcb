// What calendar and clock show at an instant.
#pragma once

#include "storage/model/time.hpp"

#include <string>
#include <string_view>

namespace jobhost {

// "2026-12-01": the day that it is then in that zone, an IANA name. A zone that this machine does not know
// counts as UTC.
std::string local_date(TimePoint instant, std::string_view time_zone);
// "Tue 2026-12-01 09:00:00 +03:00", of a zone as above.
std::string local_time(TimePoint instant, std::string_view time_zone);

}  // namespace jobhost
