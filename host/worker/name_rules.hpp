// How plugins and job types may be called. Checked by the worker, which can explain, and again by the host,
// which trusts no worker.
#pragma once

#include "host/worker/limits.hpp"

#include <algorithm>
#include <string_view>

namespace jobhost::worker {

// [a-z][a-z0-9_]*, at most kMaxName bytes.
constexpr bool is_name(std::string_view text) noexcept {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_inner = [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_'; };
    return !text.empty() && text.size() <= kMaxName && is_lower(text.front()) &&
           std::all_of(text.begin(), text.end(), is_inner);
}

}  // namespace jobhost::worker
