#include "storage/schedule_json.hpp"

#include "storage/json_values.hpp"

#include <variant>

namespace jobhost::storage {

namespace {

namespace json = boost::json;

json::object calendar_to_json(const Calendar& calendar) {
    json::array days;
    for (const DayRange& range : calendar.days)
        days.emplace_back(to_text(range));
    return {{"time_zone", calendar.time_zone}, {"days", std::move(days)}};
}

Calendar calendar_from_json(const json::value& value) {
    Calendar calendar{.time_zone = text_of(value.at("time_zone")), .days = {}};
    for (const json::value& text : value.at("days").as_array()) {
        const auto range = parse_day_range(text_of(text));
        if (!range)
            throw StorageError{StorageError::Kind::corrupt, "a stored calendar has a day that is none"};
        calendar.days.push_back(*range);
    }
    return calendar;
}

json::object rule_to_json(const std::variant<Cron, Every, At>& rule) {
    return std::visit(
        Overloaded{
            [](const Cron& cron) {
                return json::object{{"cron", cron.expression()}, {"time_zone", cron.time_zone()}};
            },
            [](const Every& every) {
                return json::object{{"every", every.period.count()}, {"from", micros_of(every.anchor)}};
            },
            [](const At& at) {
                return json::object{{"at", micros_of(at.instant)}};
            },
        },
        rule);
}

std::variant<Cron, Every, At> rule_from_json(const json::object& object, const std::string& definition) {
    if (object.contains("every"))
        return Every{duration_of(object.at("every")), instant_of(object.at("from"))};
    if (object.contains("at")) return At{instant_of(object.at("at"))};
    auto cron = Cron::parse(text_of(object.at("cron")), text_of(object.at("time_zone")), definition);
    if (const auto* error = std::get_if<Cron::Error>(&cron))
        throw StorageError{StorageError::Kind::corrupt, "a stored schedule cannot be read: " + error->text()};
    return std::get<Cron>(std::move(cron));
}

json::object recurrence_to_json(const Recurrence& recurrence) {
    json::object object = rule_to_json(recurrence.rule);
    if (recurrence.from) object["not_before"] = micros_of(*recurrence.from);
    if (recurrence.until) object["until"] = micros_of(*recurrence.until);
    if (recurrence.jitter != Duration{0}) object["jitter"] = recurrence.jitter.count();
    if (recurrence.except.empty()) return object;
    json::array except;
    for (const Calendar& calendar : recurrence.except)
        except.push_back(calendar_to_json(calendar));
    object["except"] = std::move(except);
    return object;
}

Recurrence recurrence_from_json(const json::object& object, const std::string& definition) {
    Recurrence recurrence{.rule = rule_from_json(object, definition)};
    if (const json::value* from = object.if_contains("not_before")) recurrence.from = instant_of(*from);
    if (const json::value* until = object.if_contains("until")) recurrence.until = instant_of(*until);
    if (const json::value* jitter = object.if_contains("jitter")) recurrence.jitter = duration_of(*jitter);
    if (const json::value* except = object.if_contains("except"))
        for (const json::value& calendar : except->as_array())
            recurrence.except.push_back(calendar_from_json(calendar));
    return recurrence;
}

}  // namespace

// One rule stands for itself, as it did when there was no more to a schedule; further ones lie in `more`.
json::object schedule_to_json(const Schedule& schedule) {
    json::object object = recurrence_to_json(schedule.recurrences.front());
    json::array more;
    for (std::size_t i = 1; i < schedule.recurrences.size(); ++i)
        more.push_back(recurrence_to_json(schedule.recurrences[i]));
    if (!more.empty()) object["more"] = std::move(more);
    if (schedule.missed != Missed::run_once) object["missed"] = to_string(schedule.missed);
    if (schedule.catch_ups != kMostCatchUps) object["catch_ups"] = schedule.catch_ups;
    if (schedule.grace) object["grace"] = schedule.grace->count();
    if (schedule.overlap != Overlap::allow) object["overlap"] = to_string(schedule.overlap);
    return object;
}

Schedule schedule_from_json(const json::object& object, const std::string& definition) {
    Schedule schedule;
    schedule.recurrences.push_back(recurrence_from_json(object, definition));
    if (const json::value* more = object.if_contains("more"))
        for (const json::value& one : more->as_array())
            schedule.recurrences.push_back(recurrence_from_json(one.as_object(), definition));
    if (const json::value* missed = object.if_contains("missed"))
        schedule.missed = static_cast<Missed>(index_in(kMissedNames, *missed));
    if (const json::value* most = object.if_contains("catch_ups"))
        schedule.catch_ups = most->to_number<int>();
    if (const json::value* grace = object.if_contains("grace")) schedule.grace = duration_of(*grace);
    if (const json::value* overlap = object.if_contains("overlap"))
        schedule.overlap = static_cast<Overlap>(index_in(kOverlapNames, *overlap));
    return schedule;
}

}  // namespace jobhost::storage
