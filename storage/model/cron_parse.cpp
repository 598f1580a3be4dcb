#include "storage/model/cron.hpp"
#include "storage/model/cron_field.hpp"
#include "storage/model/zone.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace jobhost {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

constexpr CronField kSecond{
    "second", 0, 59, 59, "numbers of 0 to 59, a range like 10-20, or a step like */15", {}};
constexpr CronField kMinute{
    "minute", 0, 59, 59, "numbers of 0 to 59, a range like 10-20, or a step like */15", {}};
constexpr CronField kHour{"hour", 0, 23, 23, "numbers of 0 to 23, a range like 8-17, or a step like */6", {}};
constexpr CronField kDay{
    "day of month", 1, 31, 28, "numbers of 1 to 31, a range like 1-7, L for the last day, or 15W", {}};
const CronField kMonth{"month", 1, 12, 12, "numbers of 1 to 12, names like JAN, or a range like JUN-AUG",
                       kMonths};
const CronField kWeekday{
    "day of week", 0, 7, 6, "numbers of 0 to 7, names like MON, a range like MON-FRI, FRIL or MON#1",
    kWeekdays};

struct Macro {
    std::string_view name;
    std::string_view meaning;
};
constexpr std::array<Macro, 9> kMacros{{
    {"@every_second", "* * * * * *"},
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

Cron::Error wrong_count(std::string_view expression, const std::vector<std::string_view>& words) {
    constexpr std::size_t kMost = 6;
    const std::size_t extra =
        words.size() > kMost ? static_cast<std::size_t>(words[kMost].data() - expression.data()) + 1 : 0;
    return {"must have five fields (minute, hour, day of month, month, day of week), has " +
                std::to_string(words.size()),
            extra, "write five, or six with the second in front"};
}

Cron::Error unknown_macro(std::string_view name) {
    std::string known;
    for (const Macro& macro : kMacros)
        known.append(known.empty() ? "" : " ").append(macro.name);
    return {"'" + std::string(name.substr(0, 30)) + "' is none of " + known, 1,
            "write one of these, or five fields"};
}

// Reads the fields one after the other, and keeps the first problem it meets.
class Fields {
public:
    Fields(std::string_view expression, std::string_view spread_by)
        : expression_(expression), spread_by_(spread_by) {}

    CronBits read(std::string_view text, const CronField& field) {
        auto parsed = parse_cron_field(text, field, spread_by_);
        if (auto* bits = std::get_if<CronBits>(&parsed)) return *bits;
        refuse(text, std::get<CronProblem>(parsed));
        return {};
    }

    void read_day(std::string_view text, CronPattern& pattern) {
        if (const auto special = parse_special_day(text, kDay, pattern))
            refuse(text, *special);
        else
            pattern.days = static_cast<std::uint32_t>(read(text, kDay).values);
    }

    void read_weekday(std::string_view text, CronPattern& pattern) {
        if (const auto special = parse_special_weekday(text, kWeekday, pattern))
            return refuse(text, *special);
        const std::uint64_t weekdays = read(text, kWeekday).values;
        pattern.weekdays = static_cast<std::uint8_t>((weekdays | weekdays >> 7) & 0x7f);
    }

    const std::optional<Cron::Error>& error() const { return error_; }

private:
    void refuse(std::string_view text, const CronProblem& problem) {
        const auto start = static_cast<std::size_t>(text.data() - expression_.data());
        if (!error_ && !problem.problem.empty())
            error_ = {problem.problem, start + problem.offset + 1, problem.remedy};
    }

    std::string_view expression_;
    std::string_view spread_by_;
    std::optional<Cron::Error> error_;
};

// Words of five fields, or of six.
std::variant<CronPattern, Cron::Error> read_pattern(std::string_view expression,
                                                    const std::vector<std::string_view>& words,
                                                    std::string_view spread_by) {
    Fields fields(expression, spread_by);
    auto word = words.begin();
    const CronBits seconds = words.size() == 6 ? fields.read(*word++, kSecond) : CronBits{.values = 1};
    const CronBits minutes = fields.read(*word++, kMinute);
    const CronBits hours = fields.read(*word++, kHour);
    CronPattern pattern;
    fields.read_day(*word++, pattern);
    pattern.months = static_cast<std::uint16_t>(fields.read(*word++, kMonth).values);
    fields.read_weekday(*word, pattern);
    if (fields.error()) return *fields.error();
    pattern.seconds = seconds.values;
    pattern.minutes = minutes.values;
    pattern.hours = static_cast<std::uint32_t>(hours.values);
    pattern.is_interval = seconds.is_interval || minutes.is_interval || hours.is_interval;
    return pattern;
}

}  // namespace

std::string Cron::Error::text() const {
    std::string whole = problem;
    if (position > 0) whole += ", at character " + std::to_string(position);
    if (!remedy.empty()) whole += "; " + remedy;
    return whole;
}

std::variant<Cron, Cron::Error> Cron::parse(std::string_view expression, std::string_view time_zone,
                                            std::string_view spread_by) {
    constexpr std::size_t kLongest = 500;
    const std::string_view trimmed_expression = trimmed(expression);
    if (trimmed_expression.size() > kLongest)
        return Error{"is longer than 500 characters", kLongest + 1, "make several definitions of it"};
    const bool is_macro = trimmed_expression.starts_with('@');
    const std::string_view meaning = is_macro ? meaning_of(trimmed_expression) : trimmed_expression;
    if (is_macro && meaning.empty()) return unknown_macro(trimmed_expression);
    const auto words = split(meaning);
    if (words.size() != 5 && words.size() != 6) return wrong_count(expression, words);
    auto pattern = read_pattern(expression, words, spread_by);
    if (auto* error = std::get_if<Error>(&pattern)) return std::move(*error);

    Cron cron;
    cron.zone_ = find_zone(time_zone);
    if (!cron.zone_)
        return Error{"time zone '" + std::string(time_zone.substr(0, 60)) + "' is unknown", 0,
                     "write an IANA name, like Europe/Istanbul"};
    cron.expression_ = trimmed_expression;
    cron.time_zone_ = time_zone;
    cron.pattern_ = std::get<CronPattern>(pattern);
    cron.ever_fires_ = cron.pattern_.ever_fires();
    return cron;
}

}  // namespace jobhost
