#include "storage/model/zone.hpp"

#include <algorithm>
#include <array>
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

std::optional<cctz::time_zone> find_zone(std::string_view name) {
    if (!is_zone_name(name)) return std::nullopt;
    cctz::time_zone zone;
    if (!cctz::load_time_zone(std::string(name), &zone)) return std::nullopt;
    return zone;
}

}  // namespace jobhost
