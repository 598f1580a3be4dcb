#include "config/nearest_name.hpp"

#include "config/values.hpp"

#include <algorithm>
#include <vector>

namespace jobhost::config {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Letters to add, drop, change or swap with their neighbour; small and capital letters are the same.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool is_same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (is_same ? 0 : 1)});
            const bool is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view name, std::span<const std::string_view> known) {
    if (name.size() > 100) return std::nullopt;
    std::optional<std::string_view> nearest;
    std::size_t least = 4;
    for (const std::string_view candidate : known) {
        const std::size_t wrong = distance(name, candidate);
        if (wrong < least && wrong <= std::max(name.size(), candidate.size()) / 2) {
            least = wrong;
            nearest = candidate;
        }
    }
    if (nearest) return nearest;
    const auto inside = std::ranges::find_if(known, [&](std::string_view candidate) {
        return candidate.size() >= 4 && name.find(candidate) != std::string_view::npos;
    });
    return inside == known.end() ? std::nullopt : std::optional(*inside);
}

std::string did_you_mean(std::string_view meant) {
    return meant.empty() ? "" : "did you mean " + in_quotes(meant) + "?";
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> known,
                         std::string_view before) {
    const std::string text = did_you_mean(nearest_name(name, known).value_or(""));
    return text.empty() ? "" : std::string{before} + text;
}

}  // namespace jobhost::config
