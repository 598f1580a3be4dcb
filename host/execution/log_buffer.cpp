#include "host/execution/log_buffer.hpp"

#include <boost/json.hpp>

namespace jobhost::host {

void LogBuffer::add(TimePoint at, std::string_view level, std::string_view text) {
    if (!lines_.empty()) lines_ += ',';
    lines_ += boost::json::serialize(
        boost::json::object{{"at", at.time_since_epoch().count()}, {"level", level}, {"text", text}});
}

std::optional<storage::LogChunk> LogBuffer::take() {
    if (lines_.empty()) return std::nullopt;
    storage::LogChunk chunk{job_, lease_, next_number_++, "[" + lines_ + "]"};
    lines_.clear();
    return chunk;
}

}  // namespace jobhost::host
