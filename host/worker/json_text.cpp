#include "host/worker/json_text.hpp"

#include "host/worker/json_listener.hpp"
#include "host/worker/limits.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <cmath>

namespace jobhost::worker {
namespace {

namespace json = boost::json;

// Numbers that no double can hold are none of JSON that can be read back.
struct FiniteNumbers : JsonListener {
    bool on_double(double number, Text, Ec& error) {
        if (!std::isfinite(number)) error = json::error::exponent_overflow;
        return !error;
    }
};

}  // namespace

bool is_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kMaxJsonDepth;
    json::basic_parser<FiniteNumbers> parser{options};
    json::error_code error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    return !error && used == text.size() && parser.done();
}

}  // namespace jobhost::worker
