// "did you mean"
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jobhost::config {

// The one of `known` that was probably meant by `name`: at most half of its letters, and at most three, are
// wrong, missing, too many or swapped; else one that `name` contains. Nothing when none is that near.
std::optional<std::string_view> nearest_name(std::string_view name, std::span<const std::string_view> known);

// "did you mean 'retry'?"; empty where `meant` is.
std::string did_you_mean(std::string_view meant);
// The same for what is nearest to `name`, behind `before`, "; " for one; empty if nothing is.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> known,
                         std::string_view before = "");

}  // namespace jobhost::config
