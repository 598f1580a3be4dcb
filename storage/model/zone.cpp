#include "storage/model/zone.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <string>

namespace jobhost {
namespace {

// cctz opens files by this name, and reads more than zone names: paths, "file:...", the machine's own zone.
bool is_zone_name(std::string_view name) {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    constexpr std::array<std::string_view, 5> kNotZones{"localtime", "posixrules", "posix/", "right/",
                                                        "Fixed/"};
    return !name.empty() && name.size() <= 64 && name.front() != '/' &&
           name.find_first_not_of(kAllowed) == std::string_view::npos &&
           std::ranges::none_of(kNotZones, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

const cctz::time_zone* find_zone(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, cctz::time_zone, std::less<>> zones;
    const std::lock_guard lock{mutex};
    const auto known = zones.find(name);
    if (known != zones.end()) return &known->second;
    cctz::time_zone zone;
    if (!is_zone_name(name) || !cctz::load_time_zone(std::string(name), &zone)) return nullptr;
    return &zones.emplace(name, zone).first->second;
}

}  // namespace jobhost
