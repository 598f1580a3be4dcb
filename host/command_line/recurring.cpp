#include "host/command_line/clock_changes.hpp"
#include "host/command_line/definition_text.hpp"
#include "host/command_line/found.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/pause.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/who.hpp"
#include "host/observe/printable.hpp"
#include "storage/model/local_date.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <iostream>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using storage::StoredDefinition;

constexpr std::size_t kShownRuns = 5;

// In the zone of the first rule that has one.
std::string zone_of(const Schedule& schedule) {
    for (const Recurrence& recurrence : schedule.recurrences)
        if (const auto* cron = std::get_if<Cron>(&recurrence.rule)) return cron->time_zone();
    return "UTC";
}

// What daylight saving does to an instant, by the first rule that is due then.
std::optional<ClockChange> clock_change(const Schedule& schedule, TimePoint at) {
    for (const Recurrence& recurrence : schedule.recurrences)
        if (const auto* cron = std::get_if<Cron>(&recurrence.rule);
            cron != nullptr && recurrence.next(at - Duration{1}) == at)
            return cron->clock_change(at);
    return std::nullopt;
}

void print_instants(const StoredDefinition& stored, const std::vector<TimePoint>& due) {
    const Schedule& schedule = *stored.definition.schedule;
    const std::string zone = zone_of(schedule);
    std::vector<std::vector<std::string>> rows{{"LOCAL TIME", "UTC", ""}};
    for (const TimePoint at : due) {
        const Duration jitter = schedule.jitter_at(at, stored.definition.name);
        std::string note = jitter > Duration::zero() ? "starts " + to_text(jitter) + " later" : "";
        if (const auto change = clock_change(schedule, at))
            note += (note.empty() ? "" : "; ") + text_of(*change);
        rows.push_back({local_time(at, zone), short_text(at), std::move(note)});
    }
    print_table(std::cout, rows);
}

std::string occasion_of(const Job& job) {
    if (job.nominal_at) return short_text(*job.nominal_at);
    return job.batch ? "batch " + std::to_string(job.batch->value) : "by hand";
}

}  // namespace

int recurring_list(const GlobalOptions& global) {
    const auto opened = open(global);
    const TimePoint now = opened->clock.now();
    json::array array;
    std::vector<std::vector<std::string>> rows{{"NAME", "SCHEDULE", "NEXT (UTC)", ""}};
    for (const StoredDefinition& stored : opened->storage->definitions().list()) {
        if (!stored.definition.schedule && stored.unreadable.empty()) continue;
        if (global.json)
            array.push_back(to_json(stored, now));
        else
            rows.push_back({stored.definition.name, printable(schedule_text(stored)),
                            stored.next_at ? short_text(*stored.next_at) : "-", notes(stored, now)});
    }
    if (global.json)
        std::cout << array << '\n';
    else
        print_table(std::cout, rows);
    return kDone;
}

int recurring_show(const GlobalOptions& global, const std::string& name) {
    const auto opened = open(global);
    const TimePoint now = opened->clock.now();
    const StoredDefinition stored = find_live_or_retired(opened->storage->definitions(), name);
    storage::JobFilter filter;
    filter.definition = name;
    const auto runs = opened->storage->queries().list(filter, kShownRuns, "").jobs;
    if (global.json) {
        json::object object = to_json(stored, now);
        json::array array;
        for (const Job& job : runs)
            array.push_back({{"id", std::to_string(job.id.value)},
                             {"state", to_string(name_of(job.state))},
                             {"scheduled_at", instant_json(job.nominal_at)}});
        object["last_jobs"] = std::move(array);
        std::cout << object << '\n';
        return kDone;
    }
    std::cout << stored.definition.name << " of " << printable(stored.source) << '\n';
    if (stored.retired_at) std::cout << retired_text(stored) << '\n';
    for (const std::string& rule : rule_texts(stored))
        std::cout << "schedule: " << printable(rule) << '\n';
    std::cout << "next:     " << (stored.next_at ? short_text(*stored.next_at) + " UTC" : "none") << '\n';
    if (stored.definition.schedule)
        std::cout << "missed:   " << rules_for_missed(*stored.definition.schedule)
                  << ", overlap: " << to_string(stored.definition.schedule->overlap) << '\n';
    if (const std::string others = companions(stored.definition); !others.empty())
        std::cout << "together: fires, is skipped, replaced and paused with " << printable(others) << '\n';
    if (const std::string said = notes(stored, now); !said.empty()) std::cout << said << '\n';
    std::vector<std::vector<std::string>> rows{{"JOB", "FOR (UTC)", "STATE"}};
    for (const Job& job : runs)
        rows.push_back({std::to_string(job.id.value), occasion_of(job), state_text(job)});
    if (!runs.empty()) print_table(std::cout, rows);
    return kDone;
}

int recurring_next(const GlobalOptions& global, const RecurringNextOptions& options) {
    const auto opened = open(global);
    const StoredDefinition stored = find_definition(opened->storage->definitions(), options.name);
    const TimePoint from = options.from.value_or(opened->clock.now());
    const auto due = instants_in(schedule_of(stored), from + Duration{1}, std::nullopt, options.count);
    if (global.json) {
        json::array occurrences;
        json::array changes;
        for (const TimePoint at : due) {
            occurrences.emplace_back(to_text(at));
            if (const auto change = clock_change(*stored.definition.schedule, at))
                changes.push_back(to_json(*change, at));
        }
        json::object object{{"occurrences", std::move(occurrences)}};
        if (!changes.empty()) object["clock_changes"] = std::move(changes);
        std::cout << object << '\n';
        return kDone;
    }
    if (due.empty())
        std::cout << "not due any more\n";
    else
        print_instants(stored, due);
    if (const std::string pause = pause_text(stored, opened->clock.now()); !pause.empty())
        std::cout << pause << '\n';
    return kDone;
}

int recurring_pause(const GlobalOptions& global, const RecurringPauseOptions& options) {
    const auto opened = open(global);
    const auto end = end_of(options.pause, opened->clock.now());
    const StoredDefinition stored = find_definition(opened->storage->definitions(), options.name);
    schedule_of(stored);
    opened->storage->definitions().pause(options.name, who(), options.pause.reason, end);
    print_paused(with_companions(stored.definition), end);
    return kDone;
}

int recurring_resume(const GlobalOptions& global, const std::string& name) {
    const auto opened = open(global);
    const StoredDefinition stored = find_definition(opened->storage->definitions(), name);
    const bool was_paused = opened->storage->definitions().resume(name, who());
    std::cout << (was_paused ? "resumed " + with_companions(stored.definition) : "not paused: " + name)
              << '\n';
    return kDone;
}

}  // namespace jobhost::host
