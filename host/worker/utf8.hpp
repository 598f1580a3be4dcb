// Text from a worker is whatever the job wrote; what jobhost keeps and shows is valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace jobhost::worker {

// `text` with every byte that is not part of valid UTF-8, and every NUL, replaced by U+FFFD. NUL is valid
// UTF-8, but PostgreSQL stores no text that holds it. May be longer than `text`.
std::string clean_utf8(std::string_view text);

// The longest beginning of `text` that has at most `most` bytes and splits no character.
std::string_view cut_utf8(std::string_view text, std::size_t most) noexcept;

}  // namespace jobhost::worker
