// The arguments of one run, read by JSON pointer.
#pragma once

#include <boost/json/value.hpp>

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace jobhost::worker {

enum class Found { yes, no, bad_pointer, bad_json };

// Parsed at the first question, because most jobs ask none. Thread-safe but for reset(). Texts and values
// that were given out live until reset().
class Arguments {
public:
    void reset(std::string text);
    std::string_view text() const noexcept { return text_; }

    // The value at `pointer` (RFC 6901); `value` is set if the answer is yes.
    Found find(std::string_view pointer, const boost::json::value*& value);
    // A value as JSON.
    std::string_view serialize(const boost::json::value& value);

private:
    bool parse();

    std::mutex mutex_;
    std::string text_;
    bool is_parsed_ = false;
    std::optional<boost::json::value> document_;
    std::deque<std::string> serialized_;
};

}  // namespace jobhost::worker
