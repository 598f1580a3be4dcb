// Bytes of a pipe into lines, and how many of them a run may have.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace jobhost::host {

// Not thread-safe.
class LineSplitter {
public:
    static constexpr std::size_t kMaxLine = 8192;        // bytes; what is longer becomes several lines
    using Sink = std::function<void(std::string line)>;  // valid UTF-8, without the line's end

    void feed(std::string_view bytes, const Sink& sink);
    // Gives the last line although its end has not come.
    void flush(const Sink& sink);

private:
    void cut(char next, const Sink& sink);

    std::string partial_;  // at most kMaxLine bytes
};

// Keeps a flood from filling memory, log and database.
class LineBudget {
public:
    static constexpr std::size_t kLines = 10'000;

    explicit LineBudget(std::size_t bytes) : most_bytes_{bytes} {}

    enum class Verdict {
        pass,
        last,
        drop
    };  // last: drop this one and say that lines are dropped from here on
    Verdict take(std::size_t line_size);

private:
    std::size_t most_bytes_;
    std::size_t lines_ = 0;
    std::size_t bytes_ = 0;
    bool is_exceeded_ = false;
};

}  // namespace jobhost::host
