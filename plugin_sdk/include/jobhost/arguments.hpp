// A job's arguments as a struct. One line names the fields; the reader and the JSON Schema follow from it.
//
//     struct ResizeArguments {
//         std::string path;
//         int width = 800;
//         std::optional<double> quality;
//     };
//     JOBHOST_ARGUMENTS(ResizeArguments, required(path), width, quality);
//
// - required(field): the run is refused if it is missing. Any other field then keeps its member initialiser.
//   null counts as missing.
// - A field is a bool, an integer (checked against its range), float or double, std::string, std::optional,
//   std::vector or std::map<std::string, T> of such, a struct with its own JOBHOST_ARGUMENTS, or an enum with
//   JOBHOST_ENUM, which is a name in JSON:
//
//     enum class Format { png, jpeg, automatic };
//     JOBHOST_ENUM(Format, png, jpeg, named(automatic, "auto"));
//
// - An argument that no field is named after is refused, because it is a misspelt one.
// - Write both in the namespace of the type, outside any class, before a struct that has such a field. Up to
//   256 names each.
#pragma once

#include <jobhost/detail/argument_reader.hpp>
#include <jobhost/detail/argument_schema.hpp>
#include <jobhost/detail/field_list.hpp>

#include <array>

#define JOBHOST_ARGUMENTS(Type, ...)                                                                 \
    template <class Visitor>                                                                         \
    void jobhost_visit_fields([[maybe_unused]] Type& arguments, [[maybe_unused]] Visitor& visitor) { \
        JOBHOST_DETAIL_FOR_EACH(JOBHOST_DETAIL_VISIT __VA_OPT__(, ) __VA_ARGS__)                     \
    }                                                                                                \
    static_assert(true, "so that a semicolon may follow")

#define JOBHOST_ENUM(Type, ...)                                                             \
    [[maybe_unused]] constexpr auto jobhost_enumerators(Type enumeration) {                 \
        using Enumeration = decltype(enumeration);                                          \
        return std::array{JOBHOST_DETAIL_FOR_EACH(JOBHOST_DETAIL_ENUMERATOR, __VA_ARGS__)}; \
    }                                                                                       \
    static_assert(true, "so that a semicolon may follow")
