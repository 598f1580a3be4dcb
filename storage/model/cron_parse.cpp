#include "storage/model/cron_field.hpp"
#include "storage/model/schedule.hpp"
#include "storage/model/zone.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace jobhost {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

constexpr CronField kMinute{"minute", 0, 59, {}};
constexpr CronField kHour{"hour", 0, 23, {}};
constexpr CronField kDay{"day of month", 1, 31, {}};
const CronField kMonth{"month", 1, 12, kMonths};
const CronField kWeekday{"day of week", 0, 7, kWeekdays};

struct Macro {
    std::string_view name;
    std::string_view meaning;
};
constexpr std::array<Macro, 8> kMacros{{
    {"@every_minute", "* * * * *"},
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> words;
    while (!(text = trimmed(text)).empty()) {
        words.push_back(text.substr(0, text.find_first_of(kBlanks)));
        text.remove_prefix(words.back().size());
    }
    return words;
}

// The five fields that the macro `name` stands for; empty if there is no such macro.
std::string_view meaning_of(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto macro = std::ranges::find(kMacros, lower, &Macro::name);
    return macro == kMacros.end() ? std::string_view{} : macro->meaning;
}

Cron::Error wrong_count(std::size_t count) {
    std::string problem = "must have five fields (minute, hour, day of month, month, day of week), has " +
                          std::to_string(count);
    if (count == 6) problem += "; seconds are not supported";
    return {std::move(problem)};
}

Cron::Error unknown_macro(std::string_view name) {
    std::string problem = "'" + std::string(name.substr(0, 30)) + "' is none of";
    for (const Macro& macro : kMacros)
        problem.append(" ").append(macro.name);
    return {std::move(problem)};
}

// Runs the field parser, and keeps the first problem it meets.
struct Fields {
    std::string problem;

    CronBits read(std::string_view text, const CronField& field) {
        auto parsed = parse_cron_field(text, field);
        if (auto* bits = std::get_if<CronBits>(&parsed)) return *bits;
        if (problem.empty()) problem = std::get<std::string>(parsed);
        return {};
    }
};

}  // namespace

std::variant<Cron, Cron::Error> Cron::parse(std::string_view expression, std::string_view time_zone) {
    expression = trimmed(expression);
    if (expression.size() > 500) return Error{"is longer than 500 characters"};
    const bool is_macro = expression.starts_with('@');
    const std::string_view meaning = is_macro ? meaning_of(expression) : expression;
    if (is_macro && meaning.empty()) return unknown_macro(expression);
    const auto words = split(meaning);
    if (words.size() != 5) return wrong_count(words.size());

    Fields fields;
    const CronBits minutes = fields.read(words[0], kMinute);
    const CronBits hours = fields.read(words[1], kHour);
    const CronBits days = fields.read(words[2], kDay);
    const CronBits months = fields.read(words[3], kMonth);
    const CronBits weekdays = fields.read(words[4], kWeekday);
    if (!fields.problem.empty()) return Error{fields.problem};
    if (!find_zone(time_zone))
        return Error{"time zone '" + std::string(time_zone.substr(0, 60)) + "' is unknown"};

    Cron cron;
    cron.expression_ = expression;
    cron.time_zone_ = time_zone;
    cron.minutes_ = minutes.values;
    cron.hours_ = static_cast<std::uint32_t>(hours.values);
    cron.days_ = static_cast<std::uint32_t>(days.values);
    cron.months_ = static_cast<std::uint16_t>(months.values);
    cron.weekdays_ = static_cast<std::uint8_t>(weekdays.values);
    cron.is_interval_ = minutes.is_interval || hours.is_interval;
    return cron;
}

}  // namespace jobhost
