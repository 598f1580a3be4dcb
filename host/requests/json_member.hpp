// JSON texts that pass through unread.
#pragma once

#include <string_view>
#include <vector>

namespace jobhost::host {

// The value of that member of a JSON object, letter by letter as it stands there: numbers that no type of
// ours can hold stay what they are. Empty: there is none. `object` must have been parsed without an error.
std::string_view json_member(std::string_view object, std::string_view name);
// The same for all items of a JSON array, which begins `array` but for space.
std::vector<std::string_view> json_items(std::string_view array);

}  // namespace jobhost::host
