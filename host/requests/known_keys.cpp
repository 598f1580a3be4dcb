#include "host/requests/known_keys.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/requests/bad_request.hpp"

#include <algorithm>
#include <string>

namespace jobhost::host {

void check_keys(const boost::json::object& object, std::span<const std::string_view> known) {
    for (const auto& member : object) {
        const std::string_view key = member.key();
        if (std::ranges::find(known, key) != known.end()) continue;
        throw BadRequest{config::in_quotes(key) + " is not known here" +
                         config::did_you_mean(key, known, "; ")};
    }
}

}  // namespace jobhost::host
