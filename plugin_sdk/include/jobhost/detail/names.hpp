// Names that are known when the plugin is compiled.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace jobhost::detail {

// [a-z][a-z0-9_]*
consteval bool is_name(std::string_view text) {
    if (text.empty() || text.front() < 'a' || text.front() > 'z') return false;
    for (const char c : text)
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') return false;
    return true;
}

template <std::size_t Count>
consteval bool are_distinct(std::array<std::string_view, Count> names) {
    for (std::size_t i = 0; i < Count; ++i)
        for (std::size_t j = i + 1; j < Count; ++j)
            if (names[i] == names[j]) return false;
    return true;
}

}  // namespace jobhost::detail
