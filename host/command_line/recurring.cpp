#include "host/command_line/clock_changes.hpp"
#include "host/command_line/confirmation.hpp"
#include "host/command_line/job_json.hpp"
#include "host/command_line/makes_jobs.hpp"
#include "host/command_line/pause.hpp"
#include "host/command_line/text.hpp"
#include "host/command_line/who.hpp"
#include "host/observe/printable.hpp"
#include "host/scheduling/staging.hpp"
#include "storage/model/local_date.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using storage::StoredDefinition;

constexpr std::size_t kShownRuns = 5;

StoredDefinition find(Opened& opened, const std::string& name) {
    if (auto found = opened.storage->definitions().find(name)) return *std::move(found);
    throw CommandError{kWrongUse,
                       "there is no definition '" + printable(name) +
                           "' in the database; 'jobhost recurring list' shows those with a schedule"};
}

const Schedule& schedule_of(const StoredDefinition& stored) {
    if (stored.definition.schedule) return *stored.definition.schedule;
    const std::string why =
        stored.unreadable.empty()
            ? "has no schedule of its own: it runs when it, or what it waits for, is enqueued"
            : "cannot be read: " + stored.unreadable;
    throw CommandError{kWrongUse, "'" + stored.definition.name + "' " + why};
}

std::string rule_text(const Recurrence& recurrence) {
    if (const auto* cron = std::get_if<Cron>(&recurrence.rule))
        return cron->expression() + " (" + cron->time_zone() + ")";
    if (const auto* every = std::get_if<Every>(&recurrence.rule)) return "every " + to_text(every->period);
    return "at " + short_text(std::get<At>(recurrence.rule).instant);
}

std::string schedule_text(const StoredDefinition& stored) {
    if (!stored.definition.schedule) return stored.unreadable.empty() ? "" : "cannot be read";
    std::string text;
    for (const Recurrence& recurrence : stored.definition.schedule->recurrences)
        text += (text.empty() ? "" : "; ") + rule_text(recurrence);
    return text;
}

// Where the rule does not hold, and what it does beside.
std::string bounds_text(const Recurrence& recurrence) {
    std::string text;
    if (recurrence.from) text += ", from " + short_text(*recurrence.from);
    if (recurrence.until) text += ", until " + short_text(*recurrence.until);
    if (recurrence.jitter > Duration::zero()) text += ", jitter " + to_text(recurrence.jitter);
    if (!recurrence.except.empty())
        text += ", except on days of " + counted(recurrence.except.size(), "calendar");
    return text;
}

void print_rules(const StoredDefinition& stored) {
    if (!stored.definition.schedule) {
        std::cout << "schedule: " << (stored.unreadable.empty() ? "none" : "cannot be read") << '\n';
        return;
    }
    for (const Recurrence& recurrence : stored.definition.schedule->recurrences)
        std::cout << "schedule: " << printable(rule_text(recurrence) + bounds_text(recurrence)) << '\n';
}

std::string rules_for_missed(const Schedule& schedule) {
    std::string text{to_string(schedule.missed)};
    if (schedule.missed == Missed::run_all) text += ", the latest " + std::to_string(schedule.catch_ups);
    if (schedule.grace) text += ", grace " + to_text(*schedule.grace);
    return text;
}

std::string pause_text(const StoredDefinition& stored, TimePoint now) {
    if (!stored.is_paused_at(now)) return "";
    const storage::DefinitionPause& pause = *stored.pause;
    std::string text = "paused since " + short_text(pause.at);
    if (pause.until) text += " until " + short_text(*pause.until);
    if (!pause.by.empty()) text += " by " + pause.by;
    if (!pause.reason.empty()) text += ": " + pause.reason;
    return printable(text);
}

std::string missed_text(const MissedInstants& missed) {
    if (missed.first == missed.last) return "missed " + short_text(missed.first);
    return "missed " + short_text(missed.first) + " to " + short_text(missed.last);
}

// What an operator should know of it.
std::string notes(const StoredDefinition& stored, TimePoint now) {
    std::string text = pause_text(stored, now);
    const auto add = [&](const std::string& note) { text += (text.empty() ? "" : "; ") + note; };
    if (stored.is_late_at(now)) add("late: no host has handed it in since it was due");
    if (stored.missed) add(missed_text(*stored.missed));
    return text;
}

json::value instant_json(const std::optional<TimePoint>& instant) {
    return instant ? json::value(to_text(*instant)) : json::value();
}

json::object to_json(const StoredDefinition& stored, TimePoint now) {
    json::array rules;
    const Definition& definition = stored.definition;
    if (definition.schedule)
        for (const Recurrence& recurrence : definition.schedule->recurrences)
            rules.emplace_back(rule_text(recurrence));
    const bool paused = stored.is_paused_at(now);
    json::object object{
        {"name", definition.name},
        {"source", stored.source},
        {"type", definition.batch ? json::value() : json::value(definition.type)},
        {"queue", definition.batch ? json::value() : json::value(definition.queue.value)},
        {"schedules", std::move(rules)},
        {"next_at", instant_json(stored.next_at)},
        {"is_late", stored.is_late_at(now)},
        {"missed_first", instant_json(stored.missed ? std::optional{stored.missed->first} : std::nullopt)},
        {"missed_last", instant_json(stored.missed ? std::optional{stored.missed->last} : std::nullopt)},
        {"is_paused", paused},
        {"paused_at", instant_json(paused ? std::optional{stored.pause->at} : std::nullopt)},
        {"paused_until", instant_json(paused ? stored.pause->until : std::nullopt)},
        {"paused_by", paused ? json::value(stored.pause->by) : json::value()},
        {"reason", paused ? json::value(stored.pause->reason) : json::value()}};
    if (definition.schedule) {
        object["missed"] = to_string(definition.schedule->missed);
        object["overlap"] = to_string(definition.schedule->overlap);
    }
    return object;
}

// In the zone of the first rule that has one.
std::string zone_of(const Schedule& schedule) {
    for (const Recurrence& recurrence : schedule.recurrences)
        if (const auto* cron = std::get_if<Cron>(&recurrence.rule)) return cron->time_zone();
    return "UTC";
}

// Those from `from` on, before `to`.
std::vector<TimePoint> instants_in(const Schedule& schedule, TimePoint from, std::optional<TimePoint> to,
                                   std::size_t most) {
    std::vector<TimePoint> due;
    for (auto next = schedule.next(from - Duration{1}); next && (!to || *next < *to) && due.size() < most;
         next = schedule.next(*next))
        due.push_back(*next);
    return due;
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

// One run for each instant; without any, one by hand.
Submission submission_for(MakesJobs& makes, const std::string& name, std::span<const TimePoint> instants,
                          TimePoint now) {
    if (instants.empty()) {
        JobRequest request;
        request.name = name;
        return makes.maker.make(request);
    }
    const Workshop workshop{
        .definitions = makes.definitions.all(),
        .payload_version =
            [&](const std::string& type) { return makes.types.payload_version(type).value_or(1); },
        .folder =
            [&](const std::string& source) {
                if (auto folder = makes.definitions.folder(source)) return *std::move(folder);
                throw CommandError{kFailed,
                                   "its file of items lies beside " + source + ", which is not here"};
            },
    };
    Submission all;
    for (const TimePoint instant : instants) {
        Occasion occasion;
        occasion.names = {name};
        occasion.now = now;
        occasion.instant = instant;
        occasion.origin = Origin::backfill;
        all.append(submission_of(occasion, workshop));
    }
    return all;
}

// How many of its jobs are new. REQUIRES: it has its numbers.
std::size_t hand_in(Opened& opened, Submission made, storage::Extra extra) {
    extra.by = who();
    extra.opens = stage(made, opened.storage->workflows()).opens;
    extra.jobs = std::move(made.jobs);
    extra.batches = std::move(made.batches);
    const auto answers = opened.storage->definitions().hand_in(extra);
    return static_cast<std::size_t>(std::ranges::count(answers, true, &Inserted::is_new));
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
    const StoredDefinition stored = find(*opened, name);
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
    print_rules(stored);
    std::cout << "next:     " << (stored.next_at ? short_text(*stored.next_at) + " UTC" : "none") << '\n';
    if (stored.definition.schedule)
        std::cout << "missed:   " << rules_for_missed(*stored.definition.schedule)
                  << ", overlap: " << to_string(stored.definition.schedule->overlap) << '\n';
    if (const std::string said = notes(stored, now); !said.empty()) std::cout << said << '\n';
    std::vector<std::vector<std::string>> rows{{"JOB", "FOR (UTC)", "STATE"}};
    for (const Job& job : runs)
        rows.push_back({std::to_string(job.id.value),
                        job.nominal_at ? short_text(*job.nominal_at) : "by hand", state_text(job)});
    if (!runs.empty()) print_table(std::cout, rows);
    return kDone;
}

int recurring_next(const GlobalOptions& global, const RecurringNextOptions& options) {
    const auto opened = open(global);
    const StoredDefinition stored = find(*opened, options.name);
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

int recurring_trigger(const GlobalOptions& global, const std::string& name) {
    const auto opened = open_with_definitions(global);
    find(*opened, name);
    MakesJobs makes{*opened};
    Submission made = submission_for(makes, name, {}, opened->clock.now());
    number(made, opened->storage->jobs());
    const bool is_batch = !made.batches.empty() && made.jobs.front().batch;
    const std::int64_t id = is_batch ? made.batches.front().id.value : made.jobs.front().id.value;
    hand_in(*opened, std::move(made), {.definition = name, .verb = storage::Verb::trigger, .by = {}});
    if (global.json)
        std::cout << json::object{{"id", std::to_string(id)}} << '\n';
    else
        std::cout << id << '\n';
    return kDone;
}

int recurring_pause(const GlobalOptions& global, const RecurringPauseOptions& options) {
    const auto opened = open(global);
    const auto end = end_of(options.pause, opened->clock.now());
    schedule_of(find(*opened, options.name));
    opened->storage->definitions().pause(options.name, who(), options.pause.reason, end);
    print_paused(options.name, end);
    return kDone;
}

int recurring_resume(const GlobalOptions& global, const std::string& name) {
    const auto opened = open(global);
    find(*opened, name);
    const bool was_paused = opened->storage->definitions().resume(name, who());
    std::cout << (was_paused ? "resumed " : "not paused: ") << name << '\n';
    return kDone;
}

int recurring_backfill(const GlobalOptions& global, const RecurringBackfillOptions& options) {
    if (options.to <= options.from) throw CommandError{kWrongUse, "--to must be after --from"};
    const auto opened = open_with_definitions(global);
    const StoredDefinition stored = find(*opened, options.name);
    const auto due = instants_in(schedule_of(stored), options.from, options.to, kMostCatchUps + 1);
    if (due.size() > kMostCatchUps)
        throw CommandError{kWrongUse, "there are more than " + std::to_string(kMostCatchUps) +
                                          " instants from " + to_text(options.from) + " to " +
                                          to_text(options.to) + "; take a shorter range"};
    if (due.empty()) {
        std::cout << (global.json ? "{\"instants\":0,\"jobs\":0}\n" : "nothing was due in that range\n");
        return kDone;
    }
    confirm("hand in " + counted(due.size(), "run") + " of " + options.name + ", from " +
                short_text(due.front()) + " to " + short_text(due.back()) + " UTC",
            options.is_sure);
    MakesJobs makes{*opened};
    Submission made = submission_for(makes, options.name, due, opened->clock.now());
    number(made, opened->storage->jobs());
    const json::object note{{"from", to_text(options.from)}, {"to", to_text(options.to)}};
    const std::size_t jobs = hand_in(*opened, std::move(made),
                                     {.definition = options.name,
                                      .verb = storage::Verb::backfill,
                                      .by = {},
                                      .note = json::serialize(note)});
    if (global.json)
        std::cout << json::object{{"instants", due.size()}, {"jobs", jobs}} << '\n';
    else
        std::cout << counted(jobs, "job") << " handed in for " << counted(due.size(), "instant")
                  << (jobs < due.size() ? "; the others had been before" : "") << '\n';
    return kDone;
}

}  // namespace jobhost::host
