// JSON Schemas of the YAML files, for editors. They know keys, kinds and ranges; `config check` knows the
// rest.
#pragma once

#include <string_view>

namespace jobhost::config {

// JSON, draft 7: host_file.schema.json and definition_file.schema.json of this folder.
std::string_view host_file_schema();
std::string_view definition_file_schema();

}  // namespace jobhost::config
