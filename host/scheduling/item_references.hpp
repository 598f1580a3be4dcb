// "${item.email}": what one job of many takes from the item that it is made for.
#pragma once

#include <boost/json.hpp>

namespace jobhost::host {

// A copy of `value` in which all texts, those that are names of members aside, have the parts of `item` that
// they refer to: "${item}", "${item.email}", "${item.address.city}". A text that is one reference and nothing
// else becomes that part, whatever its type. "$${" stands for "${". `item` may be null: there is none. Throws
// std::invalid_argument, with a sentence, for a reference to what is not there.
boost::json::value with_item(const boost::json::value& value, const boost::json::value* item);

}  // namespace jobhost::host
