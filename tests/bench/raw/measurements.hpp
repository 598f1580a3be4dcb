// The measurements, over any database.
#pragma once

#include "tests/bench/raw/figures.hpp"
#include "tests/bench/raw/workload.hpp"

#include <vector>

namespace jobhost::bench {

struct Plan {
    std::vector<Shape> shapes;
    std::vector<int> batches;
    std::vector<int> connections;
    int rounds = 3;
    double scale = 1;           // of the number of jobs in a measurement
    std::int64_t retained = 0;  // finished jobs that are there before speeds are measured
    std::int64_t ballast = 0;   // rows that lie in the way of a claim whose growth is measured
};

// Speeds and costs of each shape. The shapes take turns, so that a change in the weather meets all of them.
std::vector<Figures> measure(Database& database, const Plan& plan);
// Growth of each shape.
std::vector<Figures> measure_growth(Database& database, const Plan& plan);

}  // namespace jobhost::bench
