// Which C++ types an argument may have, and what a person calls them.
#pragma once

#include <jobhost/detail/enum_names.hpp>
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
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;

template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;

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
inline constexpr bool kAlwaysFalse = false;

// Does not every 64-bit number of JSON fit?
template <WholeNumber T>
inline constexpr bool kHasRange = !std::same_as<T, std::int64_t> && sizeof(T) < sizeof(std::int64_t);

// "a whole number from 0 to 255", to follow "must be".
template <class T>
std::string expected() {
    if constexpr (std::same_as<T, bool>) {
        return "true or false";
    } else if constexpr (WholeNumber<T>) {
        if constexpr (kHasRange<T>)
            return "a whole number from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                   std::to_string(std::numeric_limits<T>::max());
        else
            return std::is_unsigned_v<T> ? "a whole number, not negative" : "a whole number";
    } else if constexpr (std::floating_point<T>) {
        return "a number";
    } else if constexpr (std::same_as<T, std::string>) {
        return "a text";
    } else if constexpr (ArgumentEnum<T>) {
        return choices<T>({});
    } else if constexpr (kIsList<T>) {
        return "a list";
    } else if constexpr (kIsMap<T> || ArgumentStruct<T>) {
        return "an object";
    } else if constexpr (kIsOptional<T>) {
        return expected<typename T::value_type>();
    } else {
        static_assert(
            kAlwaysFalse<T>,
            "not a type that an argument may have, or a struct or enum without its JOBHOST_ARGUMENTS or "
            "JOBHOST_ENUM; see jobhost/arguments.hpp");
    }
}

}  // namespace jobhost::detail
