#include "tests/bench/raw/figures.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace jobhost::bench {

namespace {

namespace json = boost::json;

// What printf would print.
[[gnu::format(printf, 1, 2)]] std::string print(const char* format, ...) {
    char line[256];
    va_list values;
    va_start(values, format);
    std::vsnprintf(line, sizeof line, format, values);
    va_end(values);
    return line;
}

// `value` in a column of `width`, or a dash.
std::string cell(std::optional<double> value, int width, int decimals = 0) {
    return value ? print("%*.*f", width, decimals, *value) : print("%*s", width, "-");
}

std::string speeds_table(const std::vector<Figures>& all) {
    std::string text = "\nrows/s, and microseconds of processor time per row, server / client\n";
    text += print("%-22s %5s %6s", "work", "conn", "batch");
    for (const Figures& figures : all)
        text += print("  | %9s %7s %7s", figures.tables.c_str(), "server", "client");
    if (all.size() == 2) text += print("  | %s/%s", all[1].tables.c_str(), all[0].tables.c_str());
    text += "\n";
    for (const auto& [work, speed] : all.front().speeds) {
        text += print("%-22s %5d %6d", work.deed.c_str(), work.connections, work.batch);
        for (const Figures& figures : all) {
            const Speed& found = figures.speeds.at(work);
            text += "  | " + cell(found.rows_per_second, 9) + " " + cell(found.server_micros, 7, 1) + " " +
                    cell(found.client_micros, 7, 1);
        }
        if (all.size() == 2)
            text += print("  | %.2f", all[1].speeds.at(work).rows_per_second / speed.rows_per_second);
        text += "\n";
    }
    return text;
}

std::string costs_table(const std::vector<Figures>& all) {
    std::string text = "\nwritten per job\n";
    text +=
        print("%-8s %-8s %14s %10s %12s\n", "tables", "step", "index entries", "log bytes", "page images");
    for (const Figures& figures : all)
        for (const Cost& cost : figures.costs)
            text += print("%-8s %-8s ", figures.tables.c_str(), cost.step.c_str()) +
                    cell(cost.index_entries, 14, 2) + " " + cell(cost.log_bytes, 10) + " " +
                    cell(cost.page_image_bytes, 12) + "\n";
    return text;
}

std::string growth_table(const std::vector<Figures>& all) {
    std::string text = "\na claim of 100, without its commit, beside rows that it does not want\n";
    text += print("%-8s %-10s %14s %6s\n", "tables", "rows", "microseconds", "ratio");
    for (const Figures& figures : all)
        for (const Growth& growth : figures.growth)
            text += print("%-8s %-10s %14.0f %6.2f\n", figures.tables.c_str(), growth.ballast.c_str(),
                          growth.micros, growth.ratio);
    return text;
}

json::value number(std::optional<double> value) {
    return value ? json::value(*value) : json::value(nullptr);
}

}  // namespace

double median_of(std::vector<double> values) {
    const std::size_t middle = values.size() / 2;
    std::sort(values.begin(), values.end());
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string as_table(const std::string& database, const std::vector<Figures>& all) {
    std::string text = database + "\n";
    if (!all.front().speeds.empty()) text += speeds_table(all);
    if (!all.front().costs.empty()) text += costs_table(all);
    if (!all.front().growth.empty()) text += growth_table(all);
    return text;
}

std::string as_json(const std::string& database, const std::vector<Figures>& all) {
    json::array tables;
    for (const Figures& figures : all) {
        json::array speeds, costs, growth;
        for (const auto& [work, speed] : figures.speeds)
            speeds.push_back({{"work", work.deed},
                              {"connections", work.connections},
                              {"batch", work.batch},
                              {"rows_per_second", speed.rows_per_second},
                              {"server_micros", number(speed.server_micros)},
                              {"client_micros", number(speed.client_micros)}});
        for (const Cost& cost : figures.costs)
            costs.push_back({{"step", cost.step},
                             {"index_entries", number(cost.index_entries)},
                             {"log_bytes", number(cost.log_bytes)},
                             {"page_image_bytes", number(cost.page_image_bytes)}});
        for (const Growth& entry : figures.growth)
            growth.push_back({{"rows", entry.ballast}, {"micros", entry.micros}, {"ratio", entry.ratio}});
        tables.push_back(
            {{"tables", figures.tables}, {"speeds", speeds}, {"costs", costs}, {"growth", growth}});
    }
    return json::serialize(json::object{{"database", database}, {"figures", tables}});
}

}  // namespace jobhost::bench
