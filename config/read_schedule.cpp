#include "config/read_definition.hpp"
#include "config/values.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

template <class T>
struct Part {
    Value at;
    std::optional<T> value{};
    bool is_there() const { return at.node != nullptr; }
};

constexpr std::size_t kMostDays = 1000;
constexpr std::size_t kMostCalendars = 20;
constexpr std::size_t kMostRules = 100;

bool fits(Reader& reader, const Value& value, std::size_t most, const std::string& things) {
    const std::size_t count = value.node->items.size();
    if (count > most)
        reader.refuse(value, "has " + std::to_string(count) + " " + things,
                      "at most " + std::to_string(most) + " are allowed");
    return count <= most;
}

std::optional<TimePoint> read_instant(Reader& reader, const Value& value) {
    const auto text = reader.text(value);
    if (!text) return std::nullopt;
    const auto instant = parse_instant(*text);
    if (!instant)
        reader.refuse(value, "must be an instant, is " + in_quotes(*text),
                      "write it like 2026-12-01T09:00:00+03:00, with Z or an offset");
    return instant;
}

// The expression with the day of month, or the day of week, left open; nothing unless both are restricted.
std::optional<std::array<std::string, 2>> split_days(const std::string& expression) {
    std::vector<std::string> fields;
    constexpr std::string_view kBlank = " \t";
    for (std::size_t at = expression.find_first_not_of(kBlank); at != std::string::npos;) {
        const auto end = std::min(expression.find_first_of(kBlank, at), expression.size());
        fields.push_back(expression.substr(at, end - at));
        at = expression.find_first_not_of(kBlank, end);
    }
    if (fields.size() < 5) return std::nullopt;
    std::array<std::string, 2> parts;
    for (const std::size_t i : {0, 1}) {
        std::vector<std::string> open = fields;
        std::string& field = open[fields.size() - (i == 0 ? 1 : 3)];
        if (field.starts_with('*') || field.starts_with('?')) return std::nullopt;
        field = "*";
        for (const std::string& one : open)
            parts[i] += (parts[i].empty() ? "" : " ") + one;
    }
    return parts;
}

// One entry of a schedule: its rules.
class RuleReader {
public:
    RuleReader(Reader& reader, const ScheduleSurroundings& around) : reader_(reader), around_(around) {}

    std::vector<Recurrence> read_text(const Value& value) {
        cron_ = {value, reader_.text(value)};
        return read_cron();
    }

    void add(Keys& keys) {
        keys.on("cron", [&](const Value& v) { cron_ = {v, reader_.text(v)}; });
        keys.on("time_zone", [&](const Value& v) { zone_ = {v, reader_.text(v)}; });
        keys.on("day_match", [&](const Value& v) { day_match_ = {v, reader_.choice(v, kDayMatches)}; });
        keys.on("every", [&](const Value& v) { every_ = {v, reader_.duration(v, 1s)}; });
        keys.on("at", [&](const Value& v) { at_ = {v, read_instant(reader_, v)}; });
        keys.on("from", [&](const Value& v) { from_ = {v, read_instant(reader_, v)}; });
        keys.on("until", [&](const Value& v) { until_ = {v, read_instant(reader_, v)}; });
        keys.on("jitter", [&](const Value& v) { jitter_ = {v, reader_.duration(v, 0s, 24h)}; });
        keys.on("except", [&](const Value& v) { read_except(v); });
    }

    // When the keys have been read.
    std::vector<Recurrence> rules(const Value& value) {
        const int kinds = cron_.is_there() + every_.is_there() + at_.is_there();
        if (kinds == 0) reader_.refuse(value, "has neither 'cron', 'every' nor 'at'", "write one of them");
        if (kinds > 1) {
            reader_.refuse(at_.is_there() ? at_.at : every_.at, "cannot stand beside " + others(),
                           "keep one of them, or write a list of schedules");
        }
        if (kinds != 1) return {};
        if (!cron_.is_there()) {
            refuse_stray(zone_, "belongs to 'cron'");
            refuse_stray(day_match_, "belongs to 'cron'");
        }
        if (at_.is_there()) {
            refuse_stray(from_, "belongs to 'cron' or 'every'");
            refuse_stray(until_, "belongs to 'cron' or 'every'");
        }
        if (from_.value && until_.value && *until_.value <= *from_.value)
            reader_.refuse(until_.at, "is not after 'from'", "nothing would be due; let it be later");
        if (cron_.is_there()) return read_cron();
        if (every_.value) return bounded({Every{*every_.value, from_.value.value_or(TimePoint{})}});
        if (at_.value) return bounded({At{*at_.value}});
        return {};
    }

private:
    static constexpr std::array<std::string_view, 2> kDayMatches{"all", "any"};
    using Rule = std::variant<Cron, Every, At>;

    std::string others() const {
        if (!at_.is_there()) return "'cron'";
        return cron_.is_there() ? "'cron'" : "'every'";
    }

    template <class T>
    void refuse_stray(const Part<T>& part, std::string problem) {
        if (part.is_there()) reader_.refuse(part.at, std::move(problem));
    }

    std::vector<Recurrence> bounded(const std::vector<Rule>& rules) {
        std::vector<Recurrence> made;
        for (const Rule& rule : rules) {
            Recurrence one{.rule = rule};
            if (std::holds_alternative<Cron>(rule)) one.from = from_.value;
            one.until = until_.value;
            one.jitter = jitter_.value.value_or(0s);
            one.except = except_;
            made.push_back(std::move(one));
        }
        return made;
    }

    std::vector<Recurrence> read_cron() {
        const std::string zone = zone_.value.value_or("UTC");
        const auto zone_alone = Cron::parse("* * * * *", zone);
        if (const auto* error = std::get_if<Cron::Error>(&zone_alone)) refuse(zone_.at, *error);
        if (!cron_.value) return {};
        const std::string known = std::holds_alternative<Cron>(zone_alone) ? zone : "UTC";
        const auto whole = Cron::parse(*cron_.value, known, around_.definition);
        if (const auto* error = std::get_if<Cron::Error>(&whole)) {
            refuse(cron_.at, *error);
            return {};
        }
        std::vector<Rule> rules{std::get<Cron>(whole)};
        if (day_match_.value == 1)
            if (const auto parts = split_days(*cron_.value)) {
                rules.clear();
                for (const std::string& part : *parts)
                    rules.emplace_back(std::get<Cron>(Cron::parse(part, known, around_.definition)));
            }
        std::erase_if(rules, [](const Rule& rule) { return !std::get<Cron>(rule).ever_fires(); });
        if (rules.empty())
            reader_.refuse(cron_.at, "never fires: no date is like " + in_quotes(*cron_.value),
                           "day of month, month and day of week must all match");
        return bounded(rules);
    }

    void refuse(const Value& value, const Cron::Error& error) {
        const std::string place =
            error.position > 0 ? ", at character " + std::to_string(error.position) : std::string{};
        reader_.refuse(value, error.problem + place, error.remedy);
    }

    void read_except(const Value& value) {
        if (value.node->kind != Node::Kind::sequence) return read_calendar(value);
        if (!fits(reader_, value, kMostCalendars, "calendars")) return;
        reader_.read_list(value, [&](const Value& one) { read_calendar(one); });
    }

    void read_calendar(const Value& value) {
        const auto name = reader_.name(value);
        if (!name) return;
        const auto found = around_.calendars.find(*name);
        if (found == around_.calendars.end())
            reader_.refuse(value, "names the calendar " + in_quotes(*name) + ", which is not in this file",
                           "write it under 'calendars', beside 'jobs'");
        else if (!named_.insert(*name).second)
            reader_.refuse(value, "names the calendar " + in_quotes(*name) + " again", "keep one of them");
        else
            copy(value, found->second);
    }

    // That it is too much is said once.
    void copy(const Value& value, const Calendar& calendar) {
        const bool is_told = around_.copied_days.are_too_many();
        around_.copied_days.count += calendar.days.size();
        if (!around_.copied_days.are_too_many())
            except_.push_back(calendar);
        else if (!is_told)
            reader_.refuse(value, "is more than 1,000,000 days and ranges up to here, each use counted",
                           "let fewer schedules of this file name calendars, or shorter ones");
    }

    Reader& reader_;
    const ScheduleSurroundings& around_;
    Part<std::string> cron_;
    Part<std::string> zone_;
    Part<std::size_t> day_match_;
    Part<Duration> every_;
    Part<TimePoint> at_;
    Part<TimePoint> from_;
    Part<TimePoint> until_;
    Part<Duration> jitter_;
    std::vector<Calendar> except_;
    std::set<std::string> named_;
};

class ScheduleReader {
public:
    ScheduleReader(Reader& reader, const ScheduleSurroundings& around) : reader_(reader), around_(around) {}

    std::optional<Schedule> read(const Value& value) {
        if (value.node->kind != Node::Kind::sequence)
            read_entry(value);
        else if (fits(reader_, value, kMostRules, "schedules"))
            reader_.read_list(value, [&](const Value& one) { read_entry(one); });
        if (value.node->kind == Node::Kind::sequence && value.node->items.empty())
            reader_.refuse(value, "is an empty list", "write a schedule into it, or remove the key");
        if (schedule_.recurrences.empty()) return std::nullopt;
        return std::move(schedule_);
    }

private:
    void read_entry(const Value& value) {
        RuleReader rule(reader_, around_);
        std::vector<Recurrence> rules;
        if (value.node->kind == Node::Kind::mapping) {
            Keys keys;
            rule.add(keys);
            keys.on("missed", [&](const Value& v) { once(v, missed_, [&] { read_missed(v); }); });
            keys.on("grace", [&](const Value& v) {
                once(v, grace_, [&] { schedule_.grace = reader_.duration(v, 0s); });
            });
            keys.on("overlap", [&](const Value& v) {
                once(v, overlap_, [&] {
                    if (const auto word = reader_.choice(v, kOverlapNames))
                        schedule_.overlap = static_cast<Overlap>(*word);
                });
            });
            reader_.read_mapping(value, keys);
            rules = rule.rules(value);
        } else {
            rules = rule.read_text(value);
        }
        std::ranges::move(rules, std::back_inserter(schedule_.recurrences));
    }

    // What holds for all entries stands in one of them.
    template <class Read>
    void once(const Value& value, bool& is_there, const Read& read) {
        if (std::exchange(is_there, true))
            return reader_.refuse(value, "is said twice", "it holds for all schedules of the list: keep one");
        read();
    }

    void read_missed(const Value& value) {
        if (value.node->kind != Node::Kind::mapping) {
            if (const auto word = reader_.choice(value, kMissedNames))
                schedule_.missed = static_cast<Missed>(*word);
            return;
        }
        Keys keys;
        keys.on("run_all", [&](const Value& v) {
            schedule_.missed = Missed::run_all;
            if (const auto most = reader_.whole_number(v, 1, kMostCatchUps)) schedule_.catch_ups = *most;
        });
        reader_.read_mapping(value, keys);
        if (schedule_.missed != Missed::run_all)
            reader_.refuse(value, "has no 'run_all'", "write missed: {run_all: 10}, or a word alone");
    }

    Reader& reader_;
    const ScheduleSurroundings& around_;
    Schedule schedule_;
    bool missed_ = false;
    bool grace_ = false;
    bool overlap_ = false;
};

Calendar read_calendar(Reader& reader, const Value& value) {
    Calendar calendar;
    Part<std::string> zone;
    const auto add = [&](const Value& day) {
        const auto text = reader.text(day);
        if (!text) return;
        const auto range = parse_day_range(*text);
        if (range)
            calendar.days.push_back(*range);
        else
            reader.refuse(day, "must be a day or a range of days, is " + in_quotes(*text),
                          "write 2026-01-01, or 2026-04-22..2026-04-26 with both days");
    };
    Keys keys;
    keys.on("time_zone", [&](const Value& v) { zone = {v, reader.text(v)}; });
    const auto add_all = [&](const Value& days) {
        if (fits(reader, days, kMostDays, "days and ranges")) reader.read_list(days, add);
    };
    keys.on("days", add_all);
    if (value.node->kind == Node::Kind::sequence)
        add_all(value);
    else
        reader.read_mapping(value, keys);
    if (!zone.value) return calendar;
    const auto known = Cron::parse("* * * * *", *zone.value);
    if (const auto* error = std::get_if<Cron::Error>(&known))
        reader.refuse(zone.at, error->problem, error->remedy);
    else
        calendar.time_zone = *zone.value;
    return calendar;
}

}  // namespace

void read_schedule(Reader& reader, const Value& value, const ScheduleSurroundings& around,
                   std::optional<Schedule>& schedule) {
    if (auto read = ScheduleReader(reader, around).read(value)) schedule = std::move(read);
}

Calendars read_calendars(Reader& reader, const Value& value) {
    Calendars calendars;
    reader.read_entries(value, [&](const Value& key, const Value& one) {
        if (const auto name = reader.name(key)) calendars[*name] = read_calendar(reader, one);
    });
    return calendars;
}

}  // namespace jobhost::config
