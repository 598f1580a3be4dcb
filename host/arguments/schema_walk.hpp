// From a place in a value to what a JSON Schema says of it.
#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

// All sub-schemas that may speak of one value: branches of allOf, anyOf and oneOf, of if, and what references
// lead to. They point into the schema.
using SchemaNodes = std::vector<const boost::json::object*>;

SchemaNodes schema_nodes(const boost::json::value& root);
// Those of the member or item `name` of a value that `nodes` speak of.
SchemaNodes schema_nodes_of(const boost::json::value& root, const SchemaNodes& nodes, std::string_view name);

// What the first of `nodes` that has `keyword` says; null: none has it.
const boost::json::value* said_of(const SchemaNodes& nodes, std::string_view keyword);

// A copy of `schema` without what is compared by regular expressions: those are slow, and deep, on long
// texts.
boost::json::value without_patterns(const boost::json::value& schema);

}  // namespace jobhost::host
