// What a request asks for, in short: so that one that comes again can be told from another one.
#pragma once

#include <string>
#include <string_view>

namespace jobhost::host {

// SHA-256, in hexadecimal. The same for texts that differ in white space, in how letters and numbers are
// written, or in the order of an object's members. Numbers count as far as a double holds them. Throws
// BadRequest if it is not JSON.
std::string request_digest(std::string_view json);

}  // namespace jobhost::host
