// Which texts every database takes, and gives back as they were.
#pragma once

#include <cstddef>
#include <string_view>

namespace jobhost::storage {

// UTF-8 (RFC 3629: no surrogates, nothing longer than need be) without NUL, at which C interfaces cut.
bool is_storable(std::string_view text) noexcept;

// How deep arrays and objects may lie in each other, the same for who enqueues, stores and runs.
inline constexpr std::size_t kMaxJsonDepth = 100;

// One JSON value of that depth at most, in such a text.
bool is_storable_json(std::string_view text);

}  // namespace jobhost::storage
