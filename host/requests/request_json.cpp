#include "host/requests/request_json.hpp"

#include "host/requests/bad_request.hpp"
#include "host/requests/repeated_key.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "storage/text.hpp"

namespace jobhost::host {

boost::json::value parsed_request(std::string_view text) {
    if (!worker::is_json(text) || !storage::is_storable(text)) throw BadRequest{"it is not JSON in UTF-8"};
    refuse_repeated_keys(text);
    boost::json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    return boost::json::parse(text, {}, options);
}

}  // namespace jobhost::host
