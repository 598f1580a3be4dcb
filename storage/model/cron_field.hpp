// The fields of a cron expression. Private to storage/model.
#pragma once

#include "storage/model/cron_pattern.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace jobhost {

struct CronField {
    std::string_view name;
    int first;
    int last;                                 // of day of week: 7, Sunday again
    int last_spread;                          // the last that `H` may become: each month has a 28th
    std::string_view examples;                // of what may be written
    std::span<const std::string_view> names;  // three capitals each, for first, first + 1, ...
};

struct CronBits {
    std::uint64_t values = 0;  // bit n: n is due
    bool is_interval = false;  // written with `*`, `?`, a range or a step
};

struct CronProblem {
    std::string problem;     // starts with the field's name
    std::size_t offset = 0;  // in the field's text
    std::string remedy;
};

// The values that `text` stands for, or what is wrong with it. `spread_by` as in Cron::parse.
std::variant<CronBits, CronProblem> parse_cron_field(std::string_view text, const CronField& field,
                                                     std::string_view spread_by);

// Days that depend on the month: L, L-3, LW, L-3W and 15W; 5L and MON#2. They stand alone in their field.
// Nothing: `text` is none of them, and `pattern` is untouched. Otherwise an empty problem is none.
std::optional<CronProblem> parse_special_day(std::string_view text, const CronField& field,
                                             CronPattern& pattern);
std::optional<CronProblem> parse_special_weekday(std::string_view text, const CronField& field,
                                                 CronPattern& pattern);

}  // namespace jobhost
