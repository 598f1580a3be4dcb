#include "host/arguments/schema_walk.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace jobhost::host {

namespace json = boost::json;

namespace {

void add(const json::value& root, const json::value* node, SchemaNodes& nodes) {
    const json::object* schema = node == nullptr ? nullptr : node->if_object();
    if (schema == nullptr || std::find(nodes.begin(), nodes.end(), schema) != nodes.end()) return;
    nodes.push_back(schema);
    if (const json::value* reference = schema->if_contains("$ref"))
        if (const json::string* text = reference->if_string(); text != nullptr && text->starts_with('#')) {
            json::error_code error;
            add(root, root.find_pointer(std::string_view{*text}.substr(1), error), nodes);
        }
    for (const char* keyword : {"allOf", "anyOf", "oneOf"})
        if (const json::value* branches = schema->if_contains(keyword); branches && branches->is_array())
            for (const json::value& branch : branches->get_array())
                add(root, &branch, nodes);
    for (const char* keyword : {"then", "else"})
        add(root, schema->if_contains(keyword), nodes);
}

const json::value* member(const json::object& schema, std::string_view keyword, std::string_view name) {
    const json::value* members = schema.if_contains(keyword);
    return members && members->is_object() ? members->get_object().if_contains(name) : nullptr;
}

const json::value* item(const json::object& schema, std::string_view keyword, std::string_view name) {
    const json::value* items = schema.if_contains(keyword);
    if (items == nullptr || !items->is_array()) return items;
    std::size_t index = 0;
    const char* end = name.data() + name.size();
    if (std::from_chars(name.data(), end, index).ptr != end) return nullptr;
    return items->get_array().if_contains(index);
}

constexpr std::array<std::string_view, 5> kNamesToSchemas{"properties", "$defs", "definitions",
                                                          "dependentSchemas", "dependencies"};
constexpr std::array<std::string_view, 3> kValues{"const", "enum", "default"};

}  // namespace

SchemaNodes schema_nodes(const json::value& root) {
    SchemaNodes nodes;
    add(root, &root, nodes);
    return nodes;
}

SchemaNodes schema_nodes_of(const json::value& root, const SchemaNodes& nodes, std::string_view name) {
    SchemaNodes found;
    for (const json::object* schema : nodes) {
        const json::value* property = member(*schema, "properties", name);
        add(root, property ? property : schema->if_contains("additionalProperties"), found);
        const json::value* prefix = item(*schema, "prefixItems", name);
        add(root, prefix ? prefix : item(*schema, "items", name), found);
    }
    return found;
}

const json::value* said_of(const SchemaNodes& nodes, std::string_view keyword) {
    for (const json::object* schema : nodes)
        if (const json::value* said = schema->if_contains(keyword)) return said;
    return nullptr;
}

json::value without_patterns(const json::value& schema) {
    if (const json::array* branches = schema.if_array()) {
        json::array kept;
        for (const json::value& branch : *branches)
            kept.push_back(without_patterns(branch));
        return kept;
    }
    if (!schema.is_object()) return schema;
    json::object kept;
    const bool has_patterns = schema.get_object().contains("patternProperties");
    for (const auto& [keyword, said] : schema.get_object()) {
        if (keyword == "pattern" || keyword == "format" || keyword == "patternProperties") continue;
        if (has_patterns && keyword == "additionalProperties") continue;
        if (std::find(kValues.begin(), kValues.end(), keyword) != kValues.end()) {
            kept[keyword] = said;
        } else if (said.is_object() && std::find(kNamesToSchemas.begin(), kNamesToSchemas.end(), keyword) !=
                                           kNamesToSchemas.end()) {
            json::object& named = kept[keyword].emplace_object();
            for (const auto& [name, of_name] : said.get_object())
                named[name] = without_patterns(of_name);
        } else {
            kept[keyword] = without_patterns(said);
        }
    }
    return kept;
}

}  // namespace jobhost::host
