// Enumerations with JOBHOST_ENUM: their names, and which one somebody may have meant.
#pragma once

#include <jobhost/detail/field_list.hpp>
#include <jobhost/detail/names.hpp>
#include <jobhost/json_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace jobhost::detail {

template <class T>
concept ArgumentEnum = std::is_enum_v<T> && requires(T value) {
    jobhost_enumerators(value);
};

template <ArgumentEnum T>
inline constexpr auto kEnumerators = jobhost_enumerators(T{});

template <ArgumentEnum T>
constexpr auto names_of() {
    std::array<std::string_view, kEnumerators<T>.size()> names;
    std::transform(kEnumerators<T>.begin(), kEnumerators<T>.end(), names.begin(),
                   [](const Enumerator<T>& enumerator) { return enumerator.name; });
    return names;
}

template <ArgumentEnum T>
std::optional<T> enum_value(std::string_view name) {
    static_assert(are_distinct(names_of<T>()), "two names of a JOBHOST_ENUM are the same");
    for (const Enumerator<T>& enumerator : kEnumerators<T>)
        if (enumerator.name == name) return enumerator.value;
    return std::nullopt;
}

// Empty for a value that JOBHOST_ENUM does not list.
template <ArgumentEnum T>
std::string_view enum_name(T value) {
    for (const Enumerator<T>& enumerator : kEnumerators<T>)
        if (enumerator.value == value) return enumerator.name;
    return {};
}

// Letters to add, drop or change on the way from one to the other.
inline std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t j = 0; j <= to.size(); ++j)
        row[j] = j;
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({diagonal + 1, row[j] + 1, changed});
        }
    }
    return row[to.size()];
}

// The names of `T` in words, those most like `given` first: "png", "gif" or "jpeg".
template <ArgumentEnum T>
std::string choices(std::string_view given) {
    auto names = names_of<T>();
    constexpr std::size_t kLongest = 64;  // a longer text is no slip of the keys
    if (!given.empty() && given.size() <= kLongest)
        std::stable_sort(names.begin(), names.end(), [&](std::string_view a, std::string_view b) {
            return distance(given, a) < distance(given, b);
        });
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " or ") + json_text(names[i]);
    return text;
}

}  // namespace jobhost::detail
