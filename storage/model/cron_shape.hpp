// What a set of numbers looks like to a reader. Private to storage/model.
#pragma once

#include "storage/model/cron_pattern.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace jobhost {

// Numbers that follow each other; a run may go over the end of its field and on from its beginning.
struct Run {
    int first;
    int last;
};

struct Shape {
    enum class Kind {
        all,
        one,
        steps,  // evenly through the whole field: first, first + step, ...; two only if they halve it
        range,  // three or more that follow each other
        list,
    };
    Kind kind;
    std::vector<int> values;  // in order; a list of weekdays ends with Sunday
    int step = 1;             // of steps
    bool is_even = false;     // steps that go on evenly over the end of the field: every 15 minutes
    std::vector<Run> runs;    // all values; of a range, the one

    int first() const { return values.front(); }
    bool is(Kind other) const { return kind == other; }
};

// `low` and `high` are the first and the last number of the field.
Shape shape_of(std::uint64_t bits, int low, int high);

struct Shapes {
    explicit Shapes(const CronPattern& pattern);
    Shape seconds, minutes, hours, days, months, weekdays;
};

// "a, b and c", with `last_joint` before the last.
std::string joined(const std::vector<std::string>& words, std::string_view last_joint);

std::string two_digits(int number);
// "02:30", or "02:30:15" if the second is not 0.
std::string clock_text(int hour, int minute, int second = 0);
// The times of day, if they are few enough to be listed and not better told as a rhythm; else empty.
std::vector<std::string> listed_times(const Shapes& shapes);

}  // namespace jobhost
