#include "host/command_line/lines.hpp"

#include "host/command_line/opened.hpp"

namespace jobhost::host {

namespace {

constexpr std::size_t kMostProblems = 20;  // told at once

}  // namespace

std::vector<Line> read_lines(std::istream& input, const std::string& name, std::size_t first,
                             JobMaker& maker) {
    std::vector<Line> all;
    std::string problems;
    std::size_t problem_count = 0;
    std::string line;
    for (std::size_t number = 1; std::getline(input, line); ++number) {
        if (number < first || line.find_first_not_of(" \t\r") == std::string::npos) continue;
        try {
            all.push_back({number, maker.make(job_request(line))});
        } catch (const BadRequest& error) {
            if (++problem_count <= kMostProblems)
                problems += name + ":" + std::to_string(number) + ": " + error.what() + "\n";
        }
    }
    if (input.bad()) throw CommandError{kWrongUse, name + ": cannot be read to its end"};
    if (problem_count == 0) return all;
    problems += "nothing was enqueued: " + std::to_string(problem_count) +
                (problem_count == 1 ? " line is wrong" : " lines are wrong");
    throw CommandError{kWrongUse, problems};
}

}  // namespace jobhost::host
