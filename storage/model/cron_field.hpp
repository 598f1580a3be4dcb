// One of the five fields of a cron expression. Private to storage/model.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace jobhost {

struct CronField {
    std::string_view name;
    int first;
    int last;                                 // of day of week: 7, Sunday again
    std::span<const std::string_view> names;  // three capitals each, for first, first + 1, ...
};

struct CronBits {
    std::uint64_t values = 0;  // bit n: n is due
    bool is_interval = false;  // written with `*`, `?`, a range or a step
};

// The values that `text` stands for, or what is wrong with it; the problem starts with the field's name.
std::variant<CronBits, std::string> parse_cron_field(std::string_view text, const CronField& field);

}  // namespace jobhost
