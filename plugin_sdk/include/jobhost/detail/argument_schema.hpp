// The JSON Schema (2020-12) of a struct of arguments.
#pragma once

#include <jobhost/detail/argument_kinds.hpp>
#include <jobhost/json_text.hpp>

#include <charconv>
#include <cmath>
#include <string>

namespace jobhost::detail {

// The value as JSON, for "default"; empty if there is nothing worth saying.
template <class T>
std::string default_json(const T& value) {
    if constexpr (std::same_as<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (WholeNumber<T>) {
        return std::to_string(value);
    } else if constexpr (std::floating_point<T>) {
        if (!std::isfinite(value)) return {};
        char digits[64];  // the shortest text of a double has at most 24
        return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
    } else if constexpr (std::same_as<T, std::string>) {
        return value.empty() ? std::string() : json_text(value);
    } else if constexpr (ArgumentEnum<T>) {
        const std::string_view name = enum_name(value);
        return name.empty() ? std::string() : json_text(name);
    } else if constexpr (kIsList<T>) {
        std::string json;
        for (const auto& element : value) {
            const std::string item = default_json<typename T::value_type>(element);
            if (item.empty()) return {};
            json += (json.empty() ? "[" : ",") + item;
        }
        return json.empty() ? json : json + "]";
    } else {
        return {};
    }
}

template <class T>
std::string schema_of();

// Visits the fields of a struct to describe them.
struct SchemaOfFields {
    template <class T>
    void visit(Field field, const T& initial) {
        std::string schema = schema_of<T>();
        if (field.presence == Presence::required) {
            required += (required.empty() ? "" : ",") + json_text(field.name);
        } else if (const std::string value = default_json(initial); !value.empty()) {
            schema.insert(schema.size() - 1, ",\"default\":" + value);
        }
        properties += (properties.empty() ? "" : ",") + json_text(field.name) + ":" + schema;
    }
    std::string properties;
    std::string required;
};

template <ArgumentStruct T>
std::string schema_of_struct() {
    T initial{};
    SchemaOfFields fields;
    jobhost_visit_fields(initial, fields);
    return R"({"type":"object","properties":{)" + fields.properties + "}" +
           (fields.required.empty() ? "" : R"(,"required":[)" + fields.required + "]") +
           R"(,"additionalProperties":false})";
}

template <WholeNumber T>
std::string schema_of_integer() {
    std::string schema = R"({"type":"integer")";
    if constexpr (kHasRange<T> || std::is_unsigned_v<T>)
        schema += R"(,"minimum":)" + std::to_string(std::numeric_limits<T>::min());
    if constexpr (kHasRange<T>) schema += R"(,"maximum":)" + std::to_string(std::numeric_limits<T>::max());
    return schema + "}";
}

template <ArgumentEnum T>
std::string schema_of_enum() {
    std::string names;
    for (const std::string_view name : names_of<T>())
        names += (names.empty() ? "" : ",") + json_text(name);
    return R"({"enum":[)" + names + "]}";
}

template <class T>
std::string schema_of() {
    if constexpr (std::same_as<T, bool>)
        return R"({"type":"boolean"})";
    else if constexpr (WholeNumber<T>)
        return schema_of_integer<T>();
    else if constexpr (std::floating_point<T>)
        return R"({"type":"number"})";
    else if constexpr (std::same_as<T, std::string>)
        return R"({"type":"string"})";
    else if constexpr (ArgumentEnum<T>)
        return schema_of_enum<T>();
    else if constexpr (kIsOptional<T>)
        return schema_of<typename T::value_type>();
    else if constexpr (kIsList<T>)
        return R"({"type":"array","items":)" + schema_of<typename T::value_type>() + "}";
    else if constexpr (kIsMap<T>)
        return R"({"type":"object","additionalProperties":)" + schema_of<typename T::mapped_type>() + "}";
    else
        return schema_of_struct<T>();
}

}  // namespace jobhost::detail
