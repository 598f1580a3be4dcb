// What is measured, and how it is shown.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jobhost::bench {

double median_of(std::vector<double> values);

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

// What one job costs in one step of its life.
struct Cost {
    std::string step;
    std::optional<double> index_entries;
    std::optional<double> log_bytes;
    std::optional<double> page_image_bytes;
};

// The time of a claim beside rows that it does not want.
struct Growth {
    std::string ballast;
    double micros = 0;
    double ratio = 1;  // to the same without those rows
};

// Everything about one layout of the tables; all figures are medians.
struct Figures {
    std::string tables;
    std::map<Work, Speed> speeds;
    std::vector<Cost> costs;
    std::vector<Growth> growth;
};

std::string as_table(const std::string& database, const std::vector<Figures>& all);
std::string as_json(const std::string& database, const std::vector<Figures>& all);

}  // namespace jobhost::bench
