// How options and lines of JSON spell what is more than a word. Nothing: it is spelt otherwise.
#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/limit.hpp"
#include "storage/model/uniqueness.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace jobhost::host {

// A number of a job or a batch, from 1 on.
std::optional<std::int64_t> parse_id(std::string_view text);
// "queued", "until_started", "until_finished", "window(1h)": sets what `unique` says about it. Whether it
// could.
bool parse_held_while(std::string_view text, Unique& unique);
std::optional<OnConflict> parse_on_conflict(std::string_view text);
// "smtp", "tenant:acme". The key may be anything, with colons too.
std::optional<LimitUse> parse_limit_use(std::string_view text);
std::string spelling_of(const LimitUse& use);

inline constexpr std::string_view kDurationTexts = "a duration such as 10s or 1h30m, of 100 years at most";
inline constexpr std::string_view kInstantTexts =
    "an instant of the years 1970 to 9999 such as 2026-12-01T09:00:00+03:00 (offset or Z needed)";
inline constexpr std::string_view kHeldWhileTexts =
    "queued, until_started, until_finished or window(1h), which is 1s at least";
inline constexpr std::string_view kOnConflictTexts = "skip, replace, extend or fail";

}  // namespace jobhost::host
