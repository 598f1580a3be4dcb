#include "host/command_line/definition_text.hpp"

#include "host/command_line/pause.hpp"
#include "host/command_line/text.hpp"
#include "host/observe/printable.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <span>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using storage::StoredDefinition;

constexpr std::size_t kShownDays = 5;

std::string rule_text(const Recurrence& recurrence) {
    if (const auto* cron = std::get_if<Cron>(&recurrence.rule))
        return cron->expression() + " (" + cron->time_zone() + ")";
    if (const auto* every = std::get_if<Every>(&recurrence.rule)) return "every " + to_text(every->period);
    return "at " + short_text(std::get<At>(recurrence.rule).instant);
}

json::value duration_json(std::optional<Duration> duration) {
    return duration ? json::value(to_text(*duration)) : json::value();
}

// "2026-01-01, 2026-04-22..2026-04-26 and 14 more (Europe/Istanbul)"
std::string days_text(const Calendar& calendar) {
    std::string text;
    for (const DayRange& range : std::span{calendar.days}.first(std::min(calendar.days.size(), kShownDays)))
        text += (text.empty() ? "" : ", ") + to_text(range);
    if (calendar.days.size() > kShownDays)
        text += " and " + std::to_string(calendar.days.size() - kShownDays) + " more";
    return text + " (" + calendar.time_zone + ")";
}

// Where the rule does not hold, and what it does beside.
std::string bounds_text(const Recurrence& recurrence) {
    std::string text;
    if (recurrence.from) text += ", from " + short_text(*recurrence.from);
    if (recurrence.until) text += ", until " + short_text(*recurrence.until);
    if (recurrence.jitter > Duration::zero()) text += ", jitter " + to_text(recurrence.jitter);
    for (const Calendar& calendar : recurrence.except)
        text += ", except " + days_text(calendar);
    return text;
}

json::object to_json(const Recurrence& recurrence) {
    json::array except;
    for (const Calendar& calendar : recurrence.except) {
        json::array days;
        for (const DayRange& range : calendar.days)
            days.emplace_back(to_text(range));
        except.push_back({{"time_zone", calendar.time_zone}, {"days", std::move(days)}});
    }
    return {{"rule", rule_text(recurrence)},
            {"from", instant_json(recurrence.from)},
            {"until", instant_json(recurrence.until)},
            {"jitter", duration_json(recurrence.jitter)},
            {"except", std::move(except)}};
}

std::string missed_text(const MissedInstants& missed) {
    if (missed.first == missed.last) return "missed " + short_text(missed.first);
    return "missed " + short_text(missed.first) + " to " + short_text(missed.last);
}

}  // namespace

json::value instant_json(const std::optional<TimePoint>& instant) {
    return instant ? json::value(to_text(*instant)) : json::value();
}

std::string schedule_text(const StoredDefinition& stored) {
    if (!stored.definition.schedule) return stored.unreadable.empty() ? "" : "cannot be read";
    std::string text;
    for (const Recurrence& recurrence : stored.definition.schedule->recurrences)
        text += (text.empty() ? "" : "; ") + rule_text(recurrence);
    return text;
}

std::string retired_text(const StoredDefinition& stored) {
    return "retired since " + short_text(*stored.retired_at) +
           " UTC, as no definition file lists it any more";
}

std::vector<std::string> rule_texts(const StoredDefinition& stored) {
    if (!stored.definition.schedule) return {stored.unreadable.empty() ? "none" : "cannot be read"};
    std::vector<std::string> texts;
    for (const Recurrence& recurrence : stored.definition.schedule->recurrences)
        texts.push_back(rule_text(recurrence) + bounds_text(recurrence));
    return texts;
}

std::string rules_for_missed(const Schedule& schedule) {
    std::string text{to_string(schedule.missed)};
    if (schedule.missed == Missed::run_all) text += ", the latest " + std::to_string(schedule.catch_ups);
    return text + ", grace " + (schedule.grace ? to_text(*schedule.grace) : "1m or half of the period");
}

std::string companions(const Definition& definition) {
    std::string text;
    for (const std::string& name : definition.fires_with)
        if (name != definition.name) text += (text.empty() ? "" : ", ") + name;
    return text;
}

std::string with_companions(const Definition& definition) {
    const std::string others = companions(definition);
    if (others.empty()) return definition.name;
    return definition.name + ", and with it " + others + ", as something waits for them together";
}

std::string pause_text(const StoredDefinition& stored, TimePoint now) {
    if (!stored.is_paused_at(now)) return "";
    const storage::DefinitionPause& pause = *stored.pause;
    const std::string others = companions(stored.definition);
    return "paused " + (others.empty() ? "" : "with " + printable(others) + " ") +
           pause_text(pause.at, pause.until, pause.by, pause.reason);
}

std::string notes(const StoredDefinition& stored, TimePoint now) {
    std::string text = pause_text(stored, now);
    const auto add = [&](const std::string& note) { text += (text.empty() ? "" : "; ") + note; };
    if (stored.is_late_at(now)) add("late: no host has handed it in since it was due");
    if (stored.missed) add(missed_text(*stored.missed));
    return text;
}

json::object to_json(const StoredDefinition& stored, TimePoint now) {
    json::array schedules;
    json::array rules;
    const Definition& definition = stored.definition;
    if (definition.schedule)
        for (const Recurrence& recurrence : definition.schedule->recurrences) {
            schedules.emplace_back(rule_text(recurrence));
            rules.push_back(to_json(recurrence));
        }
    const bool paused = stored.is_paused_at(now);
    json::object object{
        {"name", definition.name},
        {"source", stored.source},
        {"type", definition.batch ? json::value() : json::value(definition.type)},
        {"queue", definition.batch ? json::value() : json::value(definition.queue.value)},
        {"schedules", std::move(schedules)},
        {"rules", std::move(rules)},
        {"retired_at", instant_json(stored.retired_at)},
        {"fires_with", json::value_from(definition.fires_with)},
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
        object["catch_ups"] = definition.schedule->missed == Missed::run_all
                                  ? json::value(definition.schedule->catch_ups)
                                  : json::value();
        object["grace"] = duration_json(definition.schedule->grace);
    }
    return object;
}

std::vector<TimePoint> instants_in(const Schedule& schedule, TimePoint from, std::optional<TimePoint> to,
                                   std::size_t most) {
    std::vector<TimePoint> due;
    for (auto next = schedule.next(from - Duration{1}); next && (!to || *next < *to) && due.size() < most;
         next = schedule.next(*next))
        due.push_back(*next);
    return due;
}

}  // namespace jobhost::host
