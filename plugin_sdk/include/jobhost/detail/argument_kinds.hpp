// Which C++ types an argument may have, and what a person calls them.
#pragma once

#include <jobhost/detail/field_list.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace jobhost::detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

template <class T>
concept WholeNumber =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

struct AnyVisitor {
    template <class T>
    void visit(Field, T&) {}
};
// A struct with JOBHOST_ARGUMENTS.
template <class T>
concept ArgumentStruct = std::is_class_v<T> && requires(T& arguments, AnyVisitor& visitor) {
    jobhost_visit_fields(arguments, visitor);
};

template <class T>
inline constexpr bool always_false = false;

// Does not every 64-bit number of JSON fit?
template <WholeNumber T>
inline constexpr bool has_range = !std::same_as<T, std::int64_t> && sizeof(T) < sizeof(std::int64_t);

// "a whole number from 0 to 255", to follow "must be".
template <class T>
std::string expected() {
    if constexpr (std::same_as<T, bool>) {
        return "true or false";
    } else if constexpr (WholeNumber<T>) {
        if constexpr (has_range<T>)
            return "a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                   std::to_string(std::numeric_limits<T>::max());
        else
            return std::is_unsigned_v<T> ? "a whole number, not negative" : "a whole number";
    } else if constexpr (std::floating_point<T>) {
        return "a number";
    } else if constexpr (std::same_as<T, std::string>) {
        return "a text";
    } else if constexpr (is_list<T>) {
        return "a list";
    } else if constexpr (is_map<T> || ArgumentStruct<T>) {
        return "an object";
    } else if constexpr (is_optional<T>) {
        return expected<typename T::value_type>();
    } else {
        static_assert(always_false<T>, "not a type that an argument may have; see jobhost/arguments.hpp");
    }
}

}  // namespace jobhost::detail
