#include "storage/model/time_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace jobhost {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t microseconds;
};
constexpr std::array<Unit, 6> kUnits{{
    {"d", 86'400'000'000},
    {"h", 3'600'000'000},
    {"m", 60'000'000},
    {"s", 1'000'000},
    {"ms", 1'000},
    {"us", 1},
}};
constexpr std::int64_t kLongest = 36'525 * kUnits[0].microseconds;  // 100 years

// Takes `count` digits from the front of `text`; -1 if they are not there.
int take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
    const int year = take_digits(text, 4);
    if (year < 0 || !take(text, '-')) return std::nullopt;
    const int month = take_digits(text, 2);
    if (month < 0 || !take(text, '-')) return std::nullopt;
    const int day = take_digits(text, 2);
    if (day < 0) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month(unsigned(month)),
                                           std::chrono::day(unsigned(day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date};
}

std::optional<Duration> take_hours_and_minutes(std::string_view& text) {
    const int hours = take_digits(text, 2);
    if (hours < 0 || hours > 23 || !take(text, ':')) return std::nullopt;
    const int minutes = take_digits(text, 2);
    if (minutes < 0 || minutes > 59) return std::nullopt;
    return std::chrono::hours{hours} + std::chrono::minutes{minutes};
}

// ":30.25" or nothing at all.
std::optional<Duration> take_seconds(std::string_view& text) {
    if (!take(text, ':')) return Duration{0};
    const int seconds = take_digits(text, 2);
    if (seconds < 0 || seconds > 59) return std::nullopt;
    Duration result = std::chrono::seconds{seconds};
    if (!take(text, '.')) return result;
    int step = 100'000;
    for (int digit = take_digits(text, 1); digit >= 0; digit = take_digits(text, 1), step /= 10) {
        if (step == 0) return std::nullopt;
        result += Duration{digit * step};
    }
    if (step == 100'000) return std::nullopt;
    return result;
}

// How far local time is ahead of UTC.
std::optional<Duration> take_offset(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) return Duration{0};
    const bool is_west = !text.empty() && text.front() == '-';
    if (!take(text, '+') && !take(text, '-')) return std::nullopt;
    const auto offset = take_hours_and_minutes(text);
    if (!offset) return std::nullopt;
    return is_west ? -*offset : *offset;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    std::size_t allowed = 0;  // units before this one were used or passed over
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc{} || count < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
        while (allowed < kUnits.size() && kUnits[allowed].name != name)
            ++allowed;
        if (allowed == kUnits.size()) return std::nullopt;
        const Unit& unit = kUnits[allowed++];
        if (count > kLongest / unit.microseconds) return std::nullopt;
        total += count * unit.microseconds;
        if (total > kLongest) return std::nullopt;
        text.remove_prefix(name.size());
    }
    return Duration{total};
}

std::string to_text(Duration duration) {
    std::int64_t rest = duration.count();
    if (rest == 0) return "0s";
    std::string text;
    for (const Unit& unit : kUnits) {
        if (const std::int64_t count = rest / unit.microseconds; count != 0) {
            text += std::to_string(count);
            text += unit.name;
            rest -= count * unit.microseconds;
        }
    }
    return text;
}

std::optional<TimePoint> parse_instant(std::string_view text) {
    const auto date = take_date(text);
    if (!date || (!take(text, 'T') && !take(text, 't'))) return std::nullopt;
    const auto minutes = take_hours_and_minutes(text);
    if (!minutes) return std::nullopt;
    const auto seconds = take_seconds(text);
    if (!seconds) return std::nullopt;
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) return std::nullopt;

    const TimePoint instant = TimePoint{*date} + *minutes + *seconds - *offset;
    constexpr TimePoint kEnd{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};
    if (instant < TimePoint{} || instant >= kEnd) return std::nullopt;
    return instant;
}

std::string to_text(TimePoint instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss<Duration> time{instant - day};
    std::array<char, 48> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace jobhost
