#include "storage/model/cron_shape.hpp"

#include <algorithm>

namespace jobhost {
namespace {

constexpr std::size_t kFew = 3;  // fewer are listed rather than told as steps or a range

// Cyclic, so that 22, 23, 0, 1 is one run.
std::vector<Run> runs_of(const std::vector<int>& values, int low, int high) {
    std::vector<Run> runs;
    for (const int value : values) {
        if (!runs.empty() && runs.back().last + 1 == value)
            runs.back().last = value;
        else
            runs.push_back({value, value});
    }
    if (runs.size() > 1 && runs.front().first == low && runs.back().last == high) {
        runs.back().last = runs.front().last;
        runs.erase(runs.begin());
    }
    return runs;
}

// 0: the values are not evenly spread over the whole field.
int step_of(const std::vector<int>& values, int low, int high) {
    if (values.size() < 2) return 0;
    const int step = values[1] - values[0];
    if (values.size() < kFew && (high - low + 1) % step != 0) return 0;
    for (std::size_t i = 2; i < values.size(); ++i)
        if (values[i] - values[i - 1] != step) return 0;
    return step > 1 && values.front() - step < low && values.back() + step > high ? step : 0;
}

}  // namespace

Shape shape_of(std::uint64_t bits, int low, int high) {
    Shape shape{Shape::Kind::list, {}, 1, false, {}};
    for (int value = low; value <= high; ++value)
        if ((bits >> value & 1) != 0) shape.values.push_back(value);
    shape.runs = runs_of(shape.values, low, high);
    const int size = high - low + 1;
    if (shape.values.size() == static_cast<std::size_t>(size)) {
        shape.kind = Shape::Kind::all;
    } else if (shape.values.size() == 1) {
        shape.kind = Shape::Kind::one;
    } else if (const int step = step_of(shape.values, low, high)) {
        shape.kind = Shape::Kind::steps;
        shape.step = step;
        shape.is_even = size % step == 0;
    } else if (shape.runs.size() == 1 && shape.values.size() >= kFew) {
        shape.kind = Shape::Kind::range;
    }
    return shape;
}

Shapes::Shapes(const CronPattern& pattern)
    : seconds(shape_of(pattern.seconds, 0, 59)),
      minutes(shape_of(pattern.minutes, 0, 59)),
      hours(shape_of(pattern.hours, 0, 23)),
      days(shape_of(pattern.days, 1, 31)),
      months(shape_of(pattern.months, 1, 12)),
      weekdays(shape_of(pattern.weekdays, 0, 6)) {
    // Weeks are told from Monday on.
    if (weekdays.is(Shape::Kind::list) && weekdays.first() == 0)
        std::rotate(weekdays.values.begin(), weekdays.values.begin() + 1, weekdays.values.end());
}

std::string joined(const std::vector<std::string>& words, std::string_view last_joint) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " " + std::string(last_joint) + " " : ", ";
        text += words[i];
    }
    return text;
}

std::string two_digits(int number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string clock_text(int hour, int minute, int second) {
    return two_digits(hour) + ":" + two_digits(minute) + (second == 0 ? "" : ":" + two_digits(second));
}

std::vector<std::string> listed_times(const Shapes& shapes) {
    constexpr std::size_t kMost = 6;
    const auto& [seconds, minutes, hours, days, months, weekdays] = shapes;
    if (!seconds.is(Shape::Kind::one) || hours.is(Shape::Kind::all)) return {};
    if (minutes.values.size() * hours.values.size() > kMost) return {};
    const bool is_hourly = minutes.is(Shape::Kind::one) && minutes.first() == 0 && seconds.first() == 0 &&
                           hours.values.size() >= kFew && (hours.is(Shape::Kind::range) || hours.is_even);
    const bool is_rhythm = minutes.values.size() >= kFew && !minutes.is(Shape::Kind::list);
    if (is_hourly || is_rhythm) return {};
    std::vector<std::string> times;
    for (const int hour : hours.values)
        for (const int minute : minutes.values)
            times.push_back(clock_text(hour, minute, seconds.first()));
    return times;
}

}  // namespace jobhost
