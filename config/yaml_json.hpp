// A YAML file as JSON, for what is no setting and no definition.
#pragma once

#include "config/config_error.hpp"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace jobhost::config {

// The text of `file` as JSON; references such as "${item.email}" stand there as written. What is no YAML, or
// cannot be said in JSON, is an error, as in other files.
std::variant<std::string, std::vector<ConfigError>> yaml_as_json(const std::filesystem::path& file);

}  // namespace jobhost::config
