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
//   std::vector or std::map<std::string, T> of such, or a struct with its own JOBHOST_ARGUMENTS.
// - An argument that no field is named after is refused, because it is a misspelt one.
// - Write it in the namespace of the struct, outside any class. Up to 256 fields.
#pragma once

#include <jobhost/detail/argument_reader.hpp>
#include <jobhost/detail/argument_schema.hpp>
#include <jobhost/detail/field_list.hpp>

#define JOBHOST_ARGUMENTS(Type, ...)                                                                 \
    template <class Visitor>                                                                         \
    void jobhost_visit_fields([[maybe_unused]] Type& arguments, [[maybe_unused]] Visitor& visitor) { \
        JOBHOST_DETAIL_FOR_EACH(JOBHOST_DETAIL_VISIT __VA_OPT__(, ) __VA_ARGS__)                     \
    }                                                                                                \
    static_assert(true, "so that a semicolon may follow")
