// The tree of a definition file to definitions. Private to config.
#pragma once

#include "config/load.hpp"
#include "config/reader.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jobhost::config {

struct ReadDefinition {
    PlacedDefinition placed;
    Value queue;  // where the queue is named; no node if it is not
};

// Leaves out definitions of which the name is wrong; of others, what is wrong keeps its default. What a
// definition does not say of its retention is taken from `retention`, the host file's.
std::vector<ReadDefinition> read_definitions(Reader& reader, const Node& root, const Retention& retention);

enum class References { refused, kept };
// Any value as JSON; nothing if there is an error. References that are kept stand there as written.
std::optional<std::string> json_of(Reader& reader, const Value& value, References references);

// The parts of a definition; each leaves its target alone when there is an error.
void read_arguments(Reader& reader, const Value& value, std::string& arguments);
void read_schedule(Reader& reader, const Value& value, std::optional<Schedule>& schedule);
void read_retry(Reader& reader, const Value& value, RetryPolicy& retry);

}  // namespace jobhost::config
