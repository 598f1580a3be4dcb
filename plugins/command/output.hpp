// What the program prints: line by line to the job's log, and its beginning for the result. Both are bounded,
// because a program may print for ever.
#pragma once

#include <jobhost/context.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace command {

// Of both streams of a run together.
class LogBudget {
public:
    static constexpr std::size_t kLines = 10'000;

    explicit LogBudget(jobhost::JobContext& context) : context_(context) {}
    // At info: many good tools chat on stderr, and a warning for each line would bury the real ones.
    void log(std::string_view line);

private:
    jobhost::JobContext& context_;
    std::size_t lines_ = 0;
};

// One stream. Bytes that are not UTF-8 become U+FFFD on the way out.
class Output {
public:
    static constexpr std::size_t kLineBytes =
        std::size_t{8} * 1024;  // of a line in the log; the rest of the line is dropped
    static constexpr std::size_t kResultBytes = std::size_t{16} * 1024;  // of the stream in the result

    // Each line in the log begins with `prefix`.
    Output(LogBudget& budget, std::string_view prefix) : budget_(budget), prefix_(prefix) {}

    void append(std::string_view bytes);
    // The stream has ended: logs a last line that has no newline.
    void finish();

    // A JSON string of the stream's beginning. Small enough that two of them fit into a result.
    std::string beginning_json() const;
    // Does beginning_json() lack something?
    bool is_truncated() const;
    // The last line with anything in it, as logged without the prefix.
    const std::string& last_line() const noexcept { return last_line_; }

private:
    void end_line();
    std::string_view fitting_beginning() const;

    LogBudget& budget_;
    std::string prefix_;
    std::string line_;       // of the present line, at most kLineBytes
    bool in_line_ = false;   // has the present line begun?
    std::string beginning_;  // at most kResultBytes
    bool has_more_ = false;  // than beginning_
    std::string last_line_;
};

}  // namespace command
