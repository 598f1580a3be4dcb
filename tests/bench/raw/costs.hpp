// What is written for each job: entries of indexes, and bytes of the database's log.
#pragma once

#include "storage/bench/connection.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jobhost::bench {

// What was written between two readings. No value: this database cannot tell.
struct Writes {
    std::optional<double> index_entries;
    std::optional<double> log_bytes;
    std::optional<double> page_image_bytes;  // the part of log_bytes that a checkpoint causes
};

// Used by one thread. Throws std::runtime_error.
class WriteMeter {
public:
    virtual ~WriteMeter() = default;
    // Since the last call; of the first one nothing is of use.
    virtual Writes read() = 0;
};

// Of one job in one step of its life.
struct Cost {
    std::string step;
    Writes writes;
};

// All of `rows` jobs are inserted, then all claimed, then all settled, so that it is plain what each step
// writes. REQUIRES: no jobs are there; `rows` is a multiple of 100.
std::vector<Cost> costs_of(Connection& connection, WriteMeter& meter, int rows);

}  // namespace jobhost::bench
