// Jobs to be handed in, one in each line of a file.
#pragma once

#include "host/requests/job_maker.hpp"

#include <cstddef>
#include <istream>
#include <string>
#include <vector>

namespace jobhost::host {

struct Line {
    std::size_t number = 0;  // from 1
    Submission made;
};

// From the line `first` on, which may be the one behind the last; those before it, and empty ones, are passed
// over. Throws CommandError with all lines that are wrong, each with its number, and StorageError.
std::vector<Line> read_lines(std::istream& input, const std::string& name, std::size_t first,
                             JobMaker& maker);

}  // namespace jobhost::host
