#include "storage/model/local_date.hpp"

#include "storage/model/zone.hpp"

namespace jobhost {

std::string local_date(TimePoint instant, std::string_view time_zone) {
    const cctz::time_zone* zone = find_zone(time_zone);
    return cctz::format("%Y-%m-%d", instant, zone ? *zone : cctz::utc_time_zone());
}

}  // namespace jobhost
