#include "storage/model/cron.hpp"

#include "host/command_line/clock_changes.hpp"
#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"
#include "storage/model/local_date.hpp"
#include "storage/model/time_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iostream>

namespace jobhost::host {

namespace {

namespace json = boost::json;

// Below the complaint the expression, with a mark where it is wrong; only where both are sure to stand one
// above the other.
std::string marked(const std::string& expression, const Cron::Error& error) {
    constexpr std::size_t kWidth = 100;
    const bool is_plain = std::ranges::all_of(expression, [](char c) { return c >= ' ' && c <= '~'; });
    if (error.position == 0 || expression.size() > kWidth || !is_plain) return error.text();
    return error.text() + "\n  " + expression + "\n  " + std::string(error.position - 1, ' ') + "^";
}

Cron read(const std::string& expression, const std::string& time_zone, const std::string& name) {
    auto parsed = Cron::parse(expression, time_zone, name);
    if (const auto* error = std::get_if<Cron::Error>(&parsed))
        throw CommandError{kWrongUse, marked(expression, *error)};
    return std::get<Cron>(std::move(parsed));
}

std::vector<TimePoint> due_instants(const Cron& cron, const CronNextOptions& options) {
    std::vector<TimePoint> due;
    const TimePoint from = options.from.value_or(SystemClock{}.now());
    auto next = cron.next(from, options.is_inclusive ? Bound::inclusive : Bound::exclusive);
    while (next && due.size() < options.count) {
        due.push_back(*next);
        next = cron.next(*next);
    }
    return due;
}

}  // namespace

int cron_next(const GlobalOptions& global, const CronNextOptions& options) {
    const Cron cron = read(options.expression, options.time_zone, options.name);
    const auto due = due_instants(cron, options);
    if (global.json) {
        json::array occurrences;
        json::array changes;
        for (const TimePoint at : due) {
            occurrences.emplace_back(utc_text(at));
            if (const auto change = cron.clock_change(at)) changes.push_back(to_json(*change, at));
        }
        json::object object{{"occurrences", std::move(occurrences)}};
        if (!changes.empty()) object["clock_changes"] = std::move(changes);
        std::cout << object << '\n';
        return kDone;
    }
    if (due.empty()) {
        std::cout << (cron.ever_fires() ? "not due any more up to the year 9999\n"
                                        : "never due: no date in the calendar is like it\n");
        return kDone;
    }
    std::vector<std::vector<std::string>> rows{{"LOCAL TIME", "UTC", ""}};
    for (const TimePoint at : due) {
        const auto change = cron.clock_change(at);
        rows.push_back({local_time(at, options.time_zone), utc_text(at), change ? text_of(*change) : ""});
    }
    print_table(std::cout, rows);
    return kDone;
}

int cron_explain(const GlobalOptions& global, const CronExplainOptions& options) {
    const std::string zone = options.time_zone.empty() ? "UTC" : options.time_zone;
    const Cron cron = read(options.expression, zone, options.name);
    const bool is_turkish = options.language == Language::turkish;
    const std::string sentence = explain(cron.pattern(), options.language);
    if (global.json) {
        json::object object{{"expression", cron.expression()},
                            {"language", is_turkish ? "tr" : "en"},
                            {"explanation", sentence},
                            {"ever_due", cron.ever_fires()}};
        if (!options.time_zone.empty()) object["time_zone"] = options.time_zone;
        std::cout << object << '\n';
        return kDone;
    }
    std::cout << sentence << (options.time_zone.empty() ? "" : " (" + options.time_zone + ")") << '\n';
    if (!cron.ever_fires())
        std::cout << (is_turkish ? "Hiç çalışmaz: takvimde böyle bir gün yok\n"
                                 : "Never due: no date in the calendar is like it\n");
    return kDone;
}

}  // namespace jobhost::host
