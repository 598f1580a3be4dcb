// The members that a request may have.
#pragma once

#include <boost/json.hpp>

#include <span>
#include <string_view>

namespace jobhost::host {

// Throws BadRequest, with what was probably meant, for a member of `object` that is none of `known`.
void check_keys(const boost::json::object& object, std::span<const std::string_view> known);

}  // namespace jobhost::host
