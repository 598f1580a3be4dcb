#include "config/warnings.hpp"

#include "config/values.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace jobhost::config {
namespace {

// Enough for a daily run to meet all changes of a year. What runs more often hardly misses one time.
constexpr int kMostRuns = 400;
constexpr std::chrono::days kYear{366};
// How many runs tell how close together they come.
constexpr int kRunsForPeriod = 20;

constexpr std::uint32_t kAllDays = 0xFFFFFFFE;
constexpr std::uint8_t kAllWeekdays = 0x7F;

bool has_both_days(const CronPattern& pattern) {
    const bool has_days = pattern.day_rule != CronPattern::DayRule::listed || pattern.days != kAllDays;
    const bool has_weekdays =
        pattern.weekday_rule != CronPattern::WeekdayRule::listed || pattern.weekdays != kAllWeekdays;
    return has_days && has_weekdays;
}

// Whether one of them is written as */2: classic cron, and so `day_match: any`, asks for both then.
bool has_starred_day(const std::string& expression) {
    std::vector<std::string> fields;
    std::istringstream text{expression};
    for (std::string field; text >> field;)
        fields.push_back(std::move(field));
    return fields.size() >= 5 &&
           (fields[fields.size() - 3].starts_with("*/") || fields.back().starts_with("*/"));
}

// The first time within a year that the clock skips.
std::optional<ClockChange> skipped_time(const Cron& cron, TimePoint now) {
    auto due = cron.next(now);
    for (int run = 0; due && run < kMostRuns && *due < now + kYear; ++run, due = cron.next(*due)) {
        const auto change = cron.clock_change(*due);
        if (change && change->kind == ClockChange::Kind::skipped) return change;
    }
    return std::nullopt;
}

std::optional<Duration> shortest_period(const Schedule& schedule, TimePoint now) {
    std::optional<Duration> shortest;
    auto due = schedule.next(now);
    for (int run = 0; due && run < kRunsForPeriod; ++run) {
        const auto next = schedule.next(*due);
        if (next) shortest = std::min(shortest.value_or(*next - *due), *next - *due);
        due = next;
    }
    return shortest;
}

class Warnings {
public:
    Warnings(const PlacedDefinition& placed, TimePoint now, std::vector<ConfigError>& warnings)
        : placed_{placed}, now_{now}, warnings_{warnings} {}

    void add() {
        const Definition& definition = placed_.definition;
        if (!definition.schedule) return;
        for (const Recurrence& recurrence : definition.schedule->recurrences)
            if (const auto* cron = std::get_if<Cron>(&recurrence.rule)) add_of(*cron);
        if (!definition.schedule->next(now_))
            warn("schedule", "never comes due again", "all of its instants lie in the past or are excepted");
        const auto timeout = definition.policy.timeout;
        const auto period = timeout ? shortest_period(*definition.schedule, now_) : std::nullopt;
        if (period && *timeout > *period)
            warn("timeout",
                 "is " + jobhost::to_text(*timeout) + ", and runs may be only " + jobhost::to_text(*period) +
                     " apart",
                 "runs may overlap; shorten it, or run less often");
    }

private:
    void add_of(const Cron& cron) {
        if (has_both_days(cron.pattern()))
            warn("schedule",
                 in_quotes(cron.expression()) + " restricts day of month and day of week: both must match",
                 has_starred_day(cron.expression())
                     ? "so do classic cron and day_match: any where one of them begins with */; if one of "
                       "the two is to be enough, write 1-31/2 or 0-6/2 in place of */2, and day_match: any"
                     : "classic cron asks for one of the two; write day_match: any if that is meant");
        if (const auto change = skipped_time(cron, now_))
            warn("schedule",
                 "the clock of " + cron.time_zone() + " skips " + change->begin + " to " + change->end +
                     ", and with it a run",
                 "it comes right after the gap; choose another hour if that matters");
    }

    void warn(const char* key, std::string problem, std::string hint) {
        warnings_.push_back({placed_.where, placed_.path + "." + key, std::move(problem), std::move(hint)});
    }

    const PlacedDefinition& placed_;
    const TimePoint now_;
    std::vector<ConfigError>& warnings_;
};

}  // namespace

std::vector<ConfigError> warnings_of(const Configuration& configuration, TimePoint now) {
    std::vector<ConfigError> warnings;
    for (const Source& source : configuration.sources)
        for (const PlacedDefinition& placed : source.definitions)
            Warnings{placed, now, warnings}.add();
    sort(warnings);
    return warnings;
}

}  // namespace jobhost::config
