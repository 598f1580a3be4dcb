#include "storage/bench/figures.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

namespace jobhost::bench {

namespace {

namespace json = boost::json;

std::string speeds_table(const std::vector<Figures>& all) {
    std::string text = "rows/s, and microseconds of processor time per row, server / client\n";
    text += print("%-14s %5s %6s", "work", "conn", "batch");
    for (const Figures& figures : all)
        text += print("  | %9s %7s %7s", figures.contender.c_str(), "server", "client");
    if (all.size() == 2) text += "  | ratio";
    text += "\n";
    for (const auto& [work, speed] : all.front().speeds) {
        text += print("%-14s %5d %6d", work.deed.c_str(), work.connections, work.batch);
        for (const Figures& figures : all) {
            const Speed& found = figures.speeds.at(work);
            text += "  | " + cell(found.rows_per_second, 9) + " " + cell(found.server_micros, 7, 1) + " " +
                    cell(found.client_micros, 7, 1);
        }
        if (const auto ratio = ratio_of(all, work)) text += "  | " + cell(ratio, 5, 2);
        text += "\n";
    }
    return text;
}

std::string growth_table(const std::vector<Figures>& all) {
    std::string text = "a claim of 100 beside rows that it does not want\n";
    text += print("%-8s %-10s %14s %6s\n", "by", "rows", "microseconds", "ratio");
    for (const Figures& figures : all)
        for (const Growth& growth : figures.growth)
            text += print("%-8s %-10s %14.0f %6.2f\n", figures.contender.c_str(), growth.ballast.c_str(),
                          growth.micros, growth.ratio);
    return text;
}

json::value number(std::optional<double> value) {
    return value ? json::value(*value) : json::value(nullptr);
}

}  // namespace

std::string print(const char* format, ...) {
    char line[256];
    va_list values;
    va_start(values, format);
    std::vsnprintf(line, sizeof line, format, values);
    va_end(values);
    return line;
}

std::string cell(std::optional<double> value, int width, int decimals) {
    return value ? print("%*.*f", width, decimals, *value) : print("%*s", width, "-");
}

double median_of(std::vector<double> values) {
    const std::size_t middle = values.size() / 2;
    std::sort(values.begin(), values.end());
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::optional<double> ratio_of(const std::vector<Figures>& all, const Work& work) {
    if (all.size() != 2) return std::nullopt;
    return all[1].speeds.at(work).rows_per_second / all[0].speeds.at(work).rows_per_second;
}

std::string as_table(const std::vector<Figures>& all) {
    std::string text;
    if (!all.front().speeds.empty()) text += speeds_table(all);
    if (!all.front().growth.empty()) text += growth_table(all);
    return text;
}

json::object as_json(const std::vector<Figures>& all) {
    json::array speeds, growth;
    for (const Figures& figures : all) {
        for (const auto& [work, speed] : figures.speeds)
            speeds.push_back({{"by", figures.contender},
                              {"work", work.deed},
                              {"connections", work.connections},
                              {"batch", work.batch},
                              {"rows_per_second", speed.rows_per_second},
                              {"server_micros", number(speed.server_micros)},
                              {"client_micros", number(speed.client_micros)}});
        for (const Growth& entry : figures.growth)
            growth.push_back({{"by", figures.contender},
                              {"rows", entry.ballast},
                              {"micros", entry.micros},
                              {"ratio", entry.ratio}});
    }
    json::array ratios;
    for (const auto& [work, speed] : all.front().speeds)
        if (const auto ratio = ratio_of(all, work))
            ratios.push_back({{"work", work.deed},
                              {"connections", work.connections},
                              {"batch", work.batch},
                              {"ratio", *ratio}});
    return {{"speeds", speeds}, {"ratios", ratios}, {"growth", growth}};
}

}  // namespace jobhost::bench
