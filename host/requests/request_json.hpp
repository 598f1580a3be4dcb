// Requests as they come in: texts that may hold anything at all.
#pragma once

#include <boost/json.hpp>

#include <string_view>

namespace jobhost::host {

// Throws BadRequest if it is not JSON in UTF-8, lies too deep, or has a key twice.
boost::json::value parsed_request(std::string_view text);

}  // namespace jobhost::host
