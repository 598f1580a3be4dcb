// Ids as the one parameter that `${in:ids}` takes.
#pragma once

#include <string>

namespace jobhost::storage {

// Anything with a member `value`, or a number.
template <class Ids>
std::string id_list(const Ids& ids) {
    std::string text = "[";
    for (const auto& id : ids) {
        if (text.size() > 1) text += ',';
        if constexpr (requires { id.value; })
            text += std::to_string(id.value);
        else
            text += std::to_string(id);
    }
    return text += ']';
}

}  // namespace jobhost::storage
