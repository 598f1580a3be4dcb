// Between UTF-8, which we speak, and UTF-16, which ODBC drivers speak.
#pragma once

#include <string>
#include <string_view>

namespace jobhost::storage {

// REQUIRES: `text` is UTF-8.
std::u16string to_utf16(std::string_view text);
// A lone surrogate becomes U+FFFD.
std::string to_utf8(std::u16string_view text);

bool is_ascii(std::string_view text) noexcept;

// `json` with all that is not ASCII as \uXXXX, which is the same JSON. REQUIRES: `json` is UTF-8.
std::string ascii_json(std::string_view json);

}  // namespace jobhost::storage
