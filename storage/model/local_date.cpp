#include "storage/model/local_date.hpp"

#include "storage/model/zone.hpp"

namespace jobhost {

namespace {

std::string text_of(TimePoint instant, std::string_view time_zone, const char* format) {
    const cctz::time_zone* zone = find_zone(time_zone);
    return cctz::format(format, instant, zone ? *zone : cctz::utc_time_zone());
}

}  // namespace

std::string local_date(TimePoint instant, std::string_view time_zone) {
    return text_of(instant, time_zone, "%Y-%m-%d");
}

std::string local_time(TimePoint instant, std::string_view time_zone) {
    return text_of(std::chrono::floor<std::chrono::seconds>(instant), time_zone, "%a %Y-%m-%d %H:%M:%S %Ez");
}

}  // namespace jobhost
