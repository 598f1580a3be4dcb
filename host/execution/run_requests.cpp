#include "host/execution/run_requests.hpp"

namespace jobhost::host {

RunRequests::RunRequests(const RequestSources& sources, const std::function<void(JobAnswer)>& answered)
    : lines_{RequestLine{"requests of jobs (1)", sources, answered},
             RequestLine{"requests of jobs (2)", sources, answered},
             RequestLine{"requests of jobs (3)", sources, answered}} {}

void RunRequests::stop() {
    for (RequestLine& line : lines_)
        line.stop();
}

}  // namespace jobhost::host
