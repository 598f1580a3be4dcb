// Answers what running jobs ask for.
#pragma once

#include "host/execution/request_line.hpp"

#include <array>
#include <functional>

namespace jobhost::host {

// Thread-safe. The requests of one run are answered in their order: a job waits while the database works, and
// nobody else does, but for those in the same line.
class RunRequests {
public:
    // Each holds a connection to the database while it answers. A request that takes long holds up the runs
    // of its own line, and until their 25 s are over.
    static constexpr std::size_t kLines = 3;

    // `answered` is called once for each request, on any thread. References outlive this.
    RunRequests(const RequestSources& sources, const std::function<void(JobAnswer)>& answered);

    // Never blocks. Answered at once with JOBHOST_UNAVAILABLE when too much waits.
    void ask(Question question) { line_of(question.job).ask(std::move(question)); }
    // Ends all lines. What is not answered by then never is.
    void stop();

private:
    RequestLine& line_of(JobId job) { return lines_[static_cast<std::size_t>(job.value) % kLines]; }

    std::array<RequestLine, kLines> lines_;
};

}  // namespace jobhost::host
