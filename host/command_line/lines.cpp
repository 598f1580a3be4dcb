#include "host/command_line/lines.hpp"

#include "host/command_line/opened.hpp"
#include "host/command_line/text.hpp"

namespace jobhost::host {

namespace {

constexpr std::size_t kMostProblems = 20;  // told at once
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::vector<Line> read_lines(std::istream& input, const std::string& name, std::size_t first,
                             JobMaker& maker) {
    std::vector<Line> all;
    std::string problems;
    std::size_t problem_count = 0;
    std::string line;
    std::size_t number = 1;
    for (; std::getline(input, line); ++number) {
        if (number == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
        if (number < first || line.find_first_not_of(" \t\r") == std::string::npos) continue;
        try {
            all.push_back({number, maker.make(job_request(line))});
        } catch (const BadRequest& error) {
            if (++problem_count <= kMostProblems)
                problems += name + ":" + std::to_string(number) + ": " + error.what() + "\n";
        }
    }
    if (input.bad()) throw CommandError{kWrongUse, name + ": cannot be read to its end"};
    if (first > number)
        throw CommandError{kWrongUse, name + " has " + counted(number - 1, "line") + ", and no line " +
                                          std::to_string(first)};
    if (problem_count == 0) return all;
    problems += "nothing was enqueued: " + std::to_string(problem_count) +
                (problem_count == 1 ? " line is wrong" : " lines are wrong");
    throw CommandError{kWrongUse, problems};
}

}  // namespace jobhost::host
