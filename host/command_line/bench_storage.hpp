// The verb `bench storage`: what jobhost's stores make of the database, beside what it can do at best.
#pragma once

#include "host/command_line/commands.hpp"

#include <cstdint>

namespace jobhost::host {

struct BenchStorageOptions {
    std::string url;  // empty: that of the host file
    std::vector<int> batches{1, 10, 100, 1000};
    int connections = 1;  // at once; on SQLite always one
    int rounds = 3;
    double scale = 1;  // of the number of jobs
    bool growth = false;
    std::int64_t growth_rows = 1'000'000;
    std::optional<double> require;  // the ratio to raw that fused exchanges of 100 have to reach
};

// Works in a place of its own beside the operator's tables, which is removed at the end, and after Ctrl-C.
int bench_storage(const GlobalOptions& global, const BenchStorageOptions& options);

}  // namespace jobhost::host
