#include "storage/model/cron_grammars.hpp"
#include "storage/model/cron_shape.hpp"

#include <array>

namespace jobhost {
namespace {

using Kind = Shape::Kind;

constexpr std::array<const char*, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 13> kMonths{"",        "January",  "February", "March",  "April",
                                              "May",     "June",     "July",     "August", "September",
                                              "October", "November", "December"};
constexpr std::array<const char*, 6> kNth{"", "first", "second", "third", "fourth", "fifth"};
constexpr std::uint8_t kMondayToFriday = 0b0111110;
constexpr std::uint8_t kWeekend = 0b1000001;

std::string ordinal(int n) {
    const bool is_teen = n / 10 == 1;
    const char* ending = "th";
    if (!is_teen && n % 10 == 1) ending = "st";
    if (!is_teen && n % 10 == 2) ending = "nd";
    if (!is_teen && n % 10 == 3) ending = "rd";
    return std::to_string(n) + ending;
}

template <class Spell>
std::string list_of(const std::vector<int>& values, Spell spell, std::string_view last_joint = "and") {
    std::vector<std::string> words;
    for (const int value : values)
        words.push_back(spell(value));
    return joined(words, last_joint);
}

std::string number(int n) {
    return std::to_string(n);
}

// ---- the time of day ----

// "every second", "every 15 minutes", "at minutes 5 and 20", without what they are minutes of.
std::string unit_text(const Shape& shape, const std::string& unit) {
    switch (shape.kind) {
        case Kind::all:
            return "every " + unit;
        case Kind::one:
            return "at " + unit + " " + number(shape.first());
        case Kind::steps:
            return "every " + number(shape.step) + " " + unit + "s" +
                   (shape.is_even && shape.first() == 0 ? "" : " from " + unit + " " + number(shape.first()));
        case Kind::range:
            return "every " + unit + " from " + number(shape.runs[0].first) + " to " +
                   number(shape.runs[0].last);
        case Kind::list:
            break;
    }
    return "at " + unit + "s " + list_of(shape.values, number);
}

// Whether it is told without naming the hour or minute around it.
bool is_plain_rhythm(const Shape& shape) {
    return shape.is(Kind::all) || (shape.is_even && shape.first() == 0);
}

// The stretches of the day that the hours make up: " between 09:00 and 17:59".
std::string in_hours(const Shape& hours) {
    if (hours.is(Kind::all)) return "";
    if (hours.is(Kind::steps))
        return " in every " + ordinal(hours.step) + " hour from " + clock_text(hours.first(), 0);
    if (hours.runs.size() == 1)
        return " between " + clock_text(hours.runs[0].first, 0) + " and " +
               clock_text(hours.runs[0].last, 59);
    std::vector<std::string> spans;
    for (const Run& run : hours.runs)
        spans.push_back(clock_text(run.first, 0) + "–" + clock_text(run.last, 59));
    return " during " + joined(spans, "and");
}

// At one minute of several hours.
std::string hourly(int minute, const Shape& hours) {
    if (hours.is(Kind::all))
        return minute == 0 ? "every hour" : "at " + number(minute) + " minutes past every hour";
    if (hours.is(Kind::range))
        return "every hour from " + clock_text(hours.runs[0].first, minute) + " to " +
               clock_text(hours.runs[0].last, minute);
    if (hours.is(Kind::steps) && hours.is_even)
        return "every " + number(hours.step) + " hours" +
               (hours.first() == 0 && minute == 0 ? "" : " from " + clock_text(hours.first(), minute));
    return "at " + list_of(hours.values, [minute](int hour) { return clock_text(hour, minute); });
}

std::string minutes_and_hours(const Shape& minutes, const Shape& hours) {
    if (minutes.is(Kind::one)) return hourly(minutes.first(), hours);
    if (minutes.is(Kind::list))
        return "at " + list_of(minutes.values, number) + " minutes past " +
               (hours.is(Kind::all) ? "every hour" : "the hour" + in_hours(hours));
    return unit_text(minutes, "minute") + (is_plain_rhythm(minutes) ? "" : " of every hour") +
           in_hours(hours);
}

std::string time_text(const Shapes& shapes) {
    const auto times = listed_times(shapes);
    if (!times.empty()) return "at " + joined(times, "and");
    const Shape& seconds = shapes.seconds;
    if (seconds.is(Kind::one) && seconds.first() == 0) return minutes_and_hours(shapes.minutes, shapes.hours);
    std::string text = unit_text(seconds, "second");
    if (shapes.minutes.is(Kind::all))
        return text + (is_plain_rhythm(seconds) ? "" : " of every minute") + in_hours(shapes.hours);
    if (shapes.minutes.is(Kind::one) && shapes.hours.is(Kind::one))
        return text + " of the minute " + clock_text(shapes.hours.first(), shapes.minutes.first());
    return text + " of the minute, " + minutes_and_hours(shapes.minutes, shapes.hours);
}

// ---- the day ----

std::string months_text(const Shape& months) {
    const auto name = [](int month) { return std::string(kMonths[static_cast<std::size_t>(month)]); };
    if (months.is(Kind::range)) return name(months.runs[0].first) + " to " + name(months.runs[0].last);
    return list_of(months.values, name);
}

// " of every month", " of January and July"
std::string of_months(const Shape& months) {
    if (months.is(Kind::all)) return " of every month";
    return (months.is(Kind::range) ? " of every month from " : " of ") + months_text(months);
}

std::string in_months(const Shape& months) {
    if (months.is(Kind::all)) return "";
    return (months.is(Kind::range) ? " from " : " in ") + months_text(months);
}

std::string weekday(int day) {
    return kWeekdays[static_cast<std::size_t>(day)];
}

std::string days_of_month(const CronPattern& pattern, const Shapes& shapes) {
    const std::string of = of_months(shapes.months);
    if (pattern.day_rule == CronPattern::DayRule::last) {
        const int before = pattern.days_before_last;
        const std::string kind = pattern.is_nearest_weekday ? "weekday" : "day";
        if (before == 0) return " on the last " + kind + of;
        const std::string day =
            number(before) + (before == 1 ? " day" : " days") + " before the last day" + of;
        return pattern.is_nearest_weekday ? " on the weekday nearest to " + day : ", " + day;
    }
    const Shape& days = shapes.days;
    if (pattern.is_nearest_weekday) return " on the weekday nearest to the " + ordinal(days.first()) + of;
    if (days.is(Kind::one) && shapes.months.is(Kind::one))
        return " on " + number(days.first()) + " " + months_text(shapes.months);
    if (days.is(Kind::steps))
        return " on every " + ordinal(days.step) + " day" + of + " from the " + ordinal(days.first());
    if (days.is(Kind::range))
        return " from the " + ordinal(days.runs[0].first) + " to the " + ordinal(days.runs[0].last) + of;
    return " on the " + list_of(days.values, ordinal) + of;
}

// "every weekday", as its own restriction.
std::string on_weekdays(const CronPattern& pattern, const Shapes& shapes) {
    const Shape& days = shapes.weekdays;
    if (pattern.weekday_rule == CronPattern::WeekdayRule::nth)
        return " on the " + std::string(kNth[pattern.nth]) + " " + weekday(days.first()) +
               of_months(shapes.months);
    if (pattern.weekday_rule == CronPattern::WeekdayRule::last)
        return " on the last " + weekday(days.first()) + of_months(shapes.months);
    const std::string in = in_months(shapes.months);
    if (pattern.weekdays == kMondayToFriday) return " on weekdays" + in;
    if (pattern.weekdays == kWeekend) return " on Saturdays and Sundays" + in;
    if (days.is(Kind::range))
        return " from " + weekday(days.runs[0].first) + " to " + weekday(days.runs[0].last) +
               (in.empty() ? "" : "," + in);
    return " on " + list_of(days.values, [](int day) { return weekday(day) + "s"; }) + in;
}

// "if it is a Friday", where the day of the month is restricted, too.
std::string if_weekday(const CronPattern& pattern, const Shape& days) {
    if (pattern.weekday_rule == CronPattern::WeekdayRule::nth)
        return ", if it is the " + std::string(kNth[pattern.nth]) + " " + weekday(days.first());
    if (pattern.weekday_rule == CronPattern::WeekdayRule::last)
        return ", if it is the last " + weekday(days.first());
    if (pattern.weekdays == kMondayToFriday) return ", if it is a weekday";
    return ", if it is a " + list_of(days.values, weekday, "or");
}

}  // namespace

std::string explain_in_english(const CronPattern& pattern) {
    const Shapes shapes(pattern);
    const bool names_days = pattern.day_rule != CronPattern::DayRule::listed || pattern.is_nearest_weekday ||
                            !shapes.days.is(Kind::all);
    const bool names_weekdays =
        pattern.weekday_rule != CronPattern::WeekdayRule::listed || !shapes.weekdays.is(Kind::all);
    std::string text = time_text(shapes);
    const bool is_moment = !listed_times(shapes).empty();
    if (names_days)
        text += days_of_month(pattern, shapes) + (names_weekdays ? if_weekday(pattern, shapes.weekdays) : "");
    else if (names_weekdays)
        text += on_weekdays(pattern, shapes);
    else
        text += (is_moment ? " every day" : "") + in_months(shapes.months);
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

}  // namespace jobhost
