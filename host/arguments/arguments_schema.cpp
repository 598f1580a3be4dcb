#include "host/arguments/arguments_schema.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/arguments/schema_walk.hpp"
#include "host/worker/limits.hpp"

// Without it, a schema that cannot be read would end the program.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <regex>
#include <stdexcept>

namespace jobhost::host {

namespace json = boost::json;

namespace {

// Longer arguments are not compared with patterns: a regular expression goes as deep as a text is long.
constexpr std::size_t kMostForPatterns = 4096;

// Whole numbers are integers however they are written, and all others doubles.
json::value normalised(const json::value& value) {
    if (const json::array* items = value.if_array()) {
        json::array array;
        for (const json::value& item : *items)
            array.push_back(normalised(item));
        return array;
    }
    if (const json::object* members = value.if_object()) {
        json::object object;
        for (const auto& [name, member] : *members)
            object[name] = normalised(member);
        return object;
    }
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    if (value.is_double() && std::trunc(value.get_double()) == value.get_double() &&
        std::abs(value.get_double()) < 0x1p63)
        return static_cast<std::int64_t>(value.get_double());
    return value;
}

std::string pointer_part(std::string_view name) {
    std::string part = "/";
    for (const char c : name)
        part += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return part;
}

// A place in the arguments that an error speaks of.
struct Place {
    std::string pointer;  // empty: all of them
    const json::value* value = nullptr;
    SchemaNodes schemas;
    bool is_required = false;  // of its object

    std::string name() const { return pointer.empty() ? "the arguments" : pointer; }
};

bool requires_member(const SchemaNodes& schemas, std::string_view name) {
    return std::any_of(schemas.begin(), schemas.end(), [&](const json::object* schema) {
        const json::value* names = schema->if_contains("required");
        return names && names->is_array() &&
               std::any_of(names->get_array().begin(), names->get_array().end(), [&](const json::value& one) {
                   return one.is_string() && one.get_string() == name;
               });
    });
}

// A context is "<root>", then "[name]" or "[index]" for each step.
Place place_of(const std::vector<std::string>& context, const json::value& schema,
               const json::value& arguments) {
    Place place{"", &arguments, schema_nodes(schema)};
    for (std::size_t i = 1; i < context.size() && place.value; ++i) {
        const std::string name = context[i].substr(1, context[i].size() - 2);
        place.pointer += pointer_part(name);
        place.is_required = requires_member(place.schemas, name);
        place.schemas = schema_nodes_of(schema, place.schemas, name);
        if (const json::object* object = place.value->if_object())
            place.value = object->if_contains(name);
        else if (const json::array* array = place.value->if_array())
            place.value = array->if_contains(std::stoul(name));
    }
    return place;
}

std::string_view kind_text(std::string_view type) {
    if (type == "string") return "a string";
    if (type == "integer") return "an integer";
    if (type == "number") return "a number";
    if (type == "boolean") return "true or false";
    if (type == "array") return "an array";
    if (type == "object") return "an object";
    return type;
}

// "one", "one or two", "one, two or three".
std::string alternatives(const std::vector<std::string>& texts) {
    std::string all;
    for (std::size_t i = 0; i < texts.size(); ++i)
        all += (i == 0 ? "" : i + 1 == texts.size() ? " or " : ", ") + texts[i];
    return all;
}

std::string expected_types(const SchemaNodes& schemas) {
    std::vector<std::string> texts;
    const auto add = [&](const json::value& type) {
        if (!type.is_string()) return;
        std::string text{kind_text(type.get_string())};
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
    };
    for (const json::object* schema : schemas) {
        const json::value* type = schema->if_contains("type");
        if (type && type->is_array())
            for (const json::value& one : type->get_array())
                add(one);
        else if (type)
            add(*type);
    }
    return alternatives(texts);
}

std::string value_text(const json::value& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "an array";
    if (value.is_double()) {  // JSON's own way to write it is 1.5E0
        char digits[64];
        return {digits, std::to_chars(digits, digits + sizeof digits, value.get_double()).ptr};
    }
    return config::shortened(json::serialize(value));
}

std::string is_text(const Place& place) {
    return place.value ? ", is " + value_text(*place.value) : "";
}

std::string choices_text(const json::value& values) {
    std::vector<std::string> texts;
    if (values.is_array())
        for (const json::value& value : values.get_array())
            texts.push_back(value_text(value));
    return alternatives(texts);
}

// A bound and what it is of: "must be at most 10, is 12", "must have at least 1 item, has 0".
struct Bound {
    std::string_view complaint;  // how the validator's text begins
    std::string_view keyword;
    std::string_view words;
    std::string_view noun;  // empty: the number itself
};
constexpr Bound kBounds[] = {
    {"Expected number less than or equal to", "maximum", "at most", ""},
    {"Expected number less than", "exclusiveMaximum", "less than", ""},
    {"Expected number greater than or equal to", "minimum", "at least", ""},
    {"Expected number greater than", "exclusiveMinimum", "greater than", ""},
    {"Array should contain no more than", "maxItems", "at most", "item"},
    {"Array should contain no fewer than", "minItems", "at least", "item"},
    {"String should be no more than", "maxLength", "at most", "character"},
    {"String should be no fewer than", "minLength", "at least", "character"},
    {"Object should have no more than", "maxProperties", "at most", "member"},
    {"Object should have no fewer than", "minProperties", "at least", "member"},
    {"Value should be a multiple of", "multipleOf", "a multiple of", ""},
};

std::optional<std::string> bound_text(const Place& place, std::string_view complaint) {
    for (const Bound& bound : kBounds) {
        if (!complaint.starts_with(bound.complaint)) continue;
        const json::value* limit = said_of(place.schemas, bound.keyword);
        if (limit == nullptr) return std::nullopt;
        const std::string number = value_text(*limit);
        const std::string words = std::string{bound.words} + " " + number;
        if (bound.noun.empty()) return "must be " + words + is_text(place);
        return "must have " + words + " " + std::string{bound.noun} + (number == "1" ? "" : "s");
    }
    return std::nullopt;
}

// One error for each member that no schema knows; the validator names only the first.
void add_unknown(const Place& place, std::vector<std::string>& problems) {
    std::vector<std::string_view> known;
    for (const json::object* schema : place.schemas)
        if (const json::value* properties = schema->if_contains("properties");
            properties && properties->is_object())
            for (const auto& property : properties->get_object())
                known.push_back(property.key());
    if (place.value == nullptr || !place.value->is_object()) return;
    for (const auto& member : place.value->get_object()) {
        const std::string_view name = member.key();
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        problems.push_back(place.pointer + pointer_part(config::shortened(name)) + " is not known" +
                           config::did_you_mean(name, known, "; "));
    }
}

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return text.starts_with(beginning); });
}

// Says only that something within is wrong, which has an error of its own.
bool is_summary(std::string_view complaint) {
    return begins_with_any(complaint, {"Failed to validate"});
}

std::string in_words(const Place& place, std::string_view complaint) {
    if (complaint.starts_with("Value type not permitted")) {
        const std::string types = expected_types(place.schemas);
        return types.empty() ? "is of a type that is not allowed" : "must be " + types + is_text(place);
    }
    if (const auto bound = bound_text(place, complaint)) return *bound;
    const json::value* said = nullptr;
    if (complaint.starts_with("Failed to match against any enum") && (said = said_of(place.schemas, "enum")))
        return "must be " + choices_text(*said) + is_text(place);
    if (complaint.starts_with("Failed to match expected value") && (said = said_of(place.schemas, "const")))
        return "must be " + value_text(*said) + is_text(place);
    if (complaint.starts_with("Failed to match regex") && (said = said_of(place.schemas, "pattern")))
        return "must match the pattern " + json::serialize(*said);
    if (begins_with_any(complaint, {"String should be a valid"}))
        return "must be a valid " +
               std::string{complaint.substr(std::string_view{"String should be a valid "}.size())};
    return "does not fit: " + std::string{complaint};
}

void add_problems(const valijson::ValidationResults::Error& error, const Place& place,
                  std::vector<std::string>& problems) {
    const std::string_view complaint = error.description;
    constexpr std::string_view kMissing = "Missing required property '";
    if (complaint.starts_with(kMissing)) {
        const auto name = complaint.substr(kMissing.size(), complaint.rfind('\'') - kMissing.size());
        problems.push_back(place.pointer + pointer_part(name) + " is missing");
    } else if (complaint.starts_with("Object contains a property that could not")) {
        add_unknown(place, problems);
    } else {
        problems.push_back(place.name() + " " + in_words(place, complaint));
    }
}

void read(const json::value& schema, valijson::Schema& into) {
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::BoostJsonAdapter{schema}, into);
}

}  // namespace

struct ArgumentsSchema::Parsed {
    json::value text;
    valijson::Schema schema;
    valijson::Schema schema_without_patterns;

    // No errors: `arguments` fit.
    valijson::ValidationResults validate(const json::value& arguments, bool has_patterns) const;
};

valijson::ValidationResults ArgumentsSchema::Parsed::validate(const json::value& arguments,
                                                              bool has_patterns) const {
    valijson::ValidationResults results;
    try {
        valijson::Validator validator{valijson::Validator::kStrongTypes};
        const bool fits = validator.validate(has_patterns ? schema : schema_without_patterns,
                                             valijson::adapters::BoostJsonAdapter{arguments}, &results);
        if (!fits && results.numErrors() == 0) results.pushError({"<root>"}, "Failed to validate");
    } catch (const std::regex_error&) {
        // A pattern that is none, or too hard to follow.
        if (has_patterns) return validate(arguments, false);
    }
    return results;
}

ArgumentsSchema::ArgumentsSchema(std::string_view schema) {
    auto parsed = std::make_unique<Parsed>();
    try {
        json::parse_options options;
        options.max_depth = worker::kMaxJsonDepth;
        parsed->text = json::parse(schema, {}, options);
        read(parsed->text, parsed->schema);
        read(without_patterns(parsed->text), parsed->schema_without_patterns);
    } catch (const std::exception& error) {
        throw std::invalid_argument{std::string{"the schema of its arguments cannot be used: "} +
                                    error.what()};
    }
    parsed_ = std::move(parsed);
}

ArgumentsSchema::~ArgumentsSchema() = default;
ArgumentsSchema::ArgumentsSchema(ArgumentsSchema&&) noexcept = default;
ArgumentsSchema& ArgumentsSchema::operator=(ArgumentsSchema&&) noexcept = default;

std::vector<std::string> ArgumentsSchema::problems_of(std::string_view text) const {
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    const json::value arguments = normalised(json::parse(text, {}, options));
    const valijson::ValidationResults results = parsed_->validate(arguments, text.size() <= kMostForPatterns);

    std::vector<std::string> problems;
    std::vector<std::string> summaries;
    bool has_null = false;
    for (const valijson::ValidationResults::Error& error : results) {
        const Place place = place_of(error.context, parsed_->text, arguments);
        if (is_summary(error.description)) {
            summaries.push_back(place.name() + " does not fit the schema of its type");
        } else if (place.value && place.value->is_null()) {
            has_null = true;
            if (place.is_required) problems.push_back(place.name() + " is missing");
        } else {
            add_problems(error, place, problems);
        }
    }
    if (problems.empty() && !has_null) problems = std::move(summaries);
    std::vector<std::string> once;
    for (std::string& problem : problems)
        if (std::find(once.begin(), once.end(), problem) == once.end()) once.push_back(std::move(problem));
    return once;
}

}  // namespace jobhost::host
