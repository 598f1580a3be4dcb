// The measurements, over any database.
#pragma once

#include "storage/bench/figures.hpp"
#include "storage/bench/place.hpp"

#include <atomic>
#include <functional>
#include <stdexcept>
#include <vector>

namespace jobhost::bench {

struct Plan {
    std::vector<Contender> contenders;
    std::vector<int> batches;
    std::vector<int> connections;
    int rounds = 3;
    double scale = 1;           // of the number of jobs in a measurement
    std::int64_t retained = 0;  // finished jobs that are there before speeds are measured
    std::int64_t ballast = 0;   // rows that lie in the way of a claim whose growth is measured
    // Told what comes next, on the calling thread.
    std::function<void(const std::string& step)> report = [](const std::string&) {};
    // Looked at before each batch; nullptr: nobody stops it.
    const std::atomic<bool>* is_stopped = nullptr;
};

// Somebody has set Plan::is_stopped.
struct Stopped : std::runtime_error {
    Stopped() : std::runtime_error{"stopped before all was measured"} {}
};

// Jobs of a measurement: larger batches are faster, and need more for as long a time.
int jobs_for(int batch, double scale);

// Speeds of each contender. They take turns many times within each measurement, so that a change in the
// weather meets all of them. Each measurement has new spaces.
// REQUIRES: the place has statements for a contender that is raw.
std::vector<Figures> measure_speeds(Place& place, const Plan& plan);

// How the time of each contender's claim grows with rows that it does not want.
// REQUIRES: place.has_raw().
std::vector<Figures> measure_growth(Place& place, const Plan& plan);

}  // namespace jobhost::bench
