// Members of JSON objects that stand there twice: parsers take one of them, and which one is no question to
// leave open.
#pragma once

#include <string>
#include <string_view>

namespace jobhost::host {

// Throws BadRequest with the path to such a member of `json`, "/args/to". What is no JSON passes.
void refuse_repeated_keys(std::string_view json);

}  // namespace jobhost::host
