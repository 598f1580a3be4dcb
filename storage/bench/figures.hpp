// What is measured, and how it is shown.
#pragma once

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::bench {

double median_of(std::vector<double> values);

// The deeds that are measured.
inline const std::string kInsert = "insert";
inline const std::string kSeparate = "claim, settle";
inline const std::string kFused = "fused";

// One kind of work at one batch size over so many connections.
struct Work {
    int connections = 1;
    std::string deed;
    int batch = 1;
    auto operator<=>(const Work&) const = default;
};

// Rows a second, and microseconds of processor time for each row.
struct Speed {
    double rows_per_second = 0;
    std::optional<double> server_micros;
    std::optional<double> client_micros;
};

// The time of a claim beside rows that it does not want.
struct Growth {
    std::string ballast;
    double micros = 0;
    double ratio = 1;  // to the same without those rows
};

// Everything about one contender; all figures are medians.
struct Figures {
    std::string contender;
    std::map<Work, Speed> speeds;
    std::vector<Growth> growth;
};

// Rows a second of the second contender, jobhost, for each of the first one, raw; nothing: not both were
// measured.
std::optional<double> ratio_of(const std::vector<Figures>& all, const Work& work);

// What printf would print, up to 255 characters.
[[gnu::format(printf, 1, 2)]] std::string print(const char* format, ...);
// `value` in a column of `width`, or a dash.
std::string cell(std::optional<double> value, int width, int decimals = 0);

std::string as_table(const std::vector<Figures>& all);
boost::json::object as_json(const std::vector<Figures>& all);

}  // namespace jobhost::bench
