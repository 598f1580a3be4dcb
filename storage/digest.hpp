// SHA-256, as a name for contents.
#pragma once

#include <string>
#include <string_view>

namespace jobhost::storage {

// 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace jobhost::storage
