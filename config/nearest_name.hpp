// "did you mean"
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace jobhost::config {

// The one of `known` that was probably meant by `name`: at most half of its letters, and at most three, are
// wrong, missing, too many or swapped; else one that `name` contains. Nothing when none is that near.
std::optional<std::string_view> nearest_name(std::string_view name, std::span<const std::string_view> known);

}  // namespace jobhost::config
