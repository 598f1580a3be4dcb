// What the functions of the host's tables have in common.
#pragma once

#include "host/worker/utf8.hpp"

#include <jobhost/plugin.h>

#include <exception>
#include <string>
#include <string_view>

namespace jobhost::worker {

inline bool is_sound(jobhost_text text) noexcept {
    return text.data || text.size == 0;
}
inline std::string_view view(jobhost_text text) noexcept {
    return {text.data, text.size};
}
inline jobhost_text borrow(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

// Made valid first: replacing a byte makes the text longer.
inline std::string clean_and_cut(jobhost_text text, std::size_t most) {
    const std::string clean = clean_utf8(view(text).substr(0, most));
    return std::string{cut_utf8(clean, most)};
}

// Runs `call`; the only way in which we can fail is to have no memory left.
template <class Call>
jobhost_status guarded(Call&& call) noexcept {
    try {
        return call();
    } catch (const std::exception&) {
        return JOBHOST_LIMIT;
    }
}

}  // namespace jobhost::worker
