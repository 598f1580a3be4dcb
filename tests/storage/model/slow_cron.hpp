// Cron as one would explain it to a child: look at each moment, one after the other, and at what the clock on
// the wall shows. Slow, plain, and shares nothing with what it checks: the C library knows the zones here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <sstream>
#include <string>
#include <vector>

namespace jobhost::slow_cron {

// ---- the calendar ----

struct Date {
    int year, month, day;
};

inline bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

inline int length_of(int year, int month) {
    if (month == 2) return is_leap(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Of seconds since 1970, as a clock shows them.
inline std::tm shown(std::int64_t wall) {
    std::tm time{};
    const std::time_t seconds = wall;
    gmtime_r(&seconds, &time);
    return time;
}

inline int weekday_of(Date date) {
    std::tm time{};
    time.tm_year = date.year - 1900;
    time.tm_mon = date.month - 1;
    time.tm_mday = date.day;
    const std::time_t seconds = timegm(&time);
    return shown(seconds).tm_wday;
}

// ---- the expression ----

inline std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, by);)
        parts.push_back(part);
    return parts;
}

struct Field {
    int first, last;
    std::vector<std::string> names;

    int value_of(const std::string& word) const {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == word) return first + static_cast<int>(i);
        return std::stoi(word);
    }

    // Counts through each item of the list, and looks whether it comes by.
    bool matches(const std::string& text, int value) const {
        for (const std::string& item : split(text, ',')) {
            const auto parts = split(item, '/');
            const int step = parts.size() > 1 ? std::stoi(parts[1]) : 1;
            const auto ends = split(parts[0], '-');
            const bool is_all = parts[0] == "*" || parts[0] == "?";
            const int low = is_all ? first : value_of(ends[0]);
            int high = is_all ? last : ends.size() > 1 ? value_of(ends[1]) : low;
            if (!is_all && ends.size() == 1 && parts.size() > 1) high = last;
            const bool is_week = last == 7;
            for (int at = low, passed = 0;; ++passed) {
                if (passed % step == 0 && (at == value || (is_week && at % 7 == value % 7))) return true;
                if (at == high || (is_week && low > high && at % 7 == high)) break;
                // a week that wraps goes from Saturday to Sunday once
                if (is_week && low > high)
                    at = (at + 1) % 7;
                else
                    at = at == last ? first : at + 1;
            }
        }
        return false;
    }
};

inline const Field kSixty{0, 59, {}};
inline const Field kHours{0, 23, {}};
inline const Field kDays{1, 31, {}};
inline const Field kMonths{
    1, 12, {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}};
inline const Field kWeekdays{0, 7, {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}};

class Expression {
public:
    explicit Expression(const std::string& given) : text(given) {
        std::istringstream words(given);
        for (std::string word; words >> word;)
            fields_.push_back(word);
        if (fields_.size() == 5) fields_.insert(fields_.begin(), "0");
        for (std::size_t i = 0; i < 3; ++i)
            if (fields_[i].find_first_of("*?-/") != std::string::npos) is_interval = true;
        for (int i = 0; i < 60; ++i) {
            seconds_[i] = kSixty.matches(fields_[0], i);
            minutes_[i] = kSixty.matches(fields_[1], i);
            hours_[i] = i < 24 && kHours.matches(fields_[2], i);
            months_[i] = i >= 1 && i <= 12 && kMonths.matches(fields_[4], i);
        }
    }

    bool matches(std::int64_t wall) {
        const std::int64_t day = wall / 86'400;
        const auto time = static_cast<int>(wall % 86'400);
        if (!seconds_[time % 60] || !minutes_[time / 60 % 60] || !hours_[time / 3600]) return false;
        if (day != day_) {
            day_ = day;
            const std::tm date = shown(wall);
            day_matches_ = months_[date.tm_mon + 1] &&
                           day_matches({date.tm_year + 1900, date.tm_mon + 1, date.tm_mday}) &&
                           weekday_matches({date.tm_year + 1900, date.tm_mon + 1, date.tm_mday});
        }
        return day_matches_;
    }

    std::string text;
    bool is_interval = false;

private:
    static bool is_weekend(Date date) { return weekday_of(date) == 0 || weekday_of(date) == 6; }

    bool day_matches(Date date) const {
        const std::string& field = fields_[3];
        const int length = length_of(date.year, date.month);
        if (field.find('W') == std::string::npos && field.find('L') == std::string::npos)
            return kDays.matches(field, date.day);
        int wanted = 0;
        if (field[0] == 'L')
            wanted = length - (field.size() > 2 && field[1] == '-' ? std::stoi(field.substr(2)) : 0);
        else
            wanted = std::stoi(field);
        if (wanted < 1 || wanted > length) return false;
        if (field.back() != 'W' || !is_weekend({date.year, date.month, wanted})) return date.day == wanted;
        // the nearest one: a day off, or two where the month ends
        for (const int off : {-1, 1, -2, 2}) {
            const Date there{date.year, date.month, wanted + off};
            if (there.day >= 1 && there.day <= length && !is_weekend(there)) return date.day == there.day;
        }
        return false;
    }

    bool weekday_matches(Date date) const {
        const std::string& field = fields_[5];
        const int weekday = weekday_of(date);
        if (field.back() == 'L')
            return kWeekdays.value_of(field.substr(0, field.size() - 1)) % 7 == weekday &&
                   date.day + 7 > length_of(date.year, date.month);
        const auto sharp = field.find('#');
        if (sharp == std::string::npos) return kWeekdays.matches(field, weekday);
        return kWeekdays.value_of(field.substr(0, sharp)) % 7 == weekday &&
               (date.day - 1) / 7 + 1 == std::stoi(field.substr(sharp + 1));
    }

    std::vector<std::string> fields_;
    bool seconds_[60]{}, minutes_[60]{}, hours_[60]{}, months_[60]{};
    std::int64_t day_ = -1;
    bool day_matches_ = false;
};

// ---- the zone ----

// Of the whole process, until it is set anew.
inline void use_zone(const std::string& name) {
    setenv("TZ", (":" + name).c_str(), 1);
    tzset();
}

inline std::int64_t wall_at(std::int64_t instant) {
    std::tm time{};
    const std::time_t seconds = instant;
    localtime_r(&seconds, &time);
    return instant + time.tm_gmtoff;
}

// What the clock shows from `from` to `to`, in steps of a minute or a second. Within an hour that begins and
// ends with the same offset nothing happens.
struct Clock {
    Clock(std::int64_t from, std::int64_t to, std::int64_t each) : begin(from), step(each) {
        constexpr std::int64_t kHour = 3600;
        for (std::int64_t hour = from; hour <= to; hour += kHour) {
            const std::int64_t wall = wall_at(hour);
            const bool is_quiet = wall_at(hour + kHour) == wall + kHour;
            for (std::int64_t at = hour; at < hour + kHour && at <= to; at += each)
                walls.push_back(is_quiet ? wall + (at - hour) : wall_at(at));
        }
    }
    std::int64_t begin, step;
    std::vector<std::int64_t> walls;
};

// All instants that are due. What comes right at the beginning may be a repetition of what lies before it.
inline std::vector<std::int64_t> due(Expression& expression, const Clock& clock) {
    std::vector<std::int64_t> instants;
    std::int64_t latest = clock.walls.front() - 1;  // that the clock has ever shown
    for (std::size_t i = 0; i < clock.walls.size(); ++i) {
        const std::int64_t wall = clock.walls[i];
        bool is_due = expression.matches(wall) && (wall > latest || expression.is_interval);
        if (i > 0)
            for (std::int64_t jumped = clock.walls[i - 1] + clock.step; jumped < wall; jumped += clock.step)
                if (jumped > latest && expression.matches(jumped)) is_due = true;
        if (is_due) instants.push_back(clock.begin + static_cast<std::int64_t>(i) * clock.step);
        latest = std::max(latest, wall);
    }
    return instants;
}

}  // namespace jobhost::slow_cron
