#include "host/worker/json_text.hpp"

#include "host/worker/limits.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <cmath>

namespace jobhost::worker {
namespace {

namespace json = boost::json;

// What the parser tells, heard by nobody.
struct Deaf {
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    using Ec = json::error_code;

    bool on_document_begin(Ec&) { return true; }
    bool on_document_end(Ec&) { return true; }
    bool on_object_begin(Ec&) { return true; }
    bool on_object_end(std::size_t, Ec&) { return true; }
    bool on_array_begin(Ec&) { return true; }
    bool on_array_end(std::size_t, Ec&) { return true; }
    bool on_key_part(json::string_view, std::size_t, Ec&) { return true; }
    bool on_key(json::string_view, std::size_t, Ec&) { return true; }
    bool on_string_part(json::string_view, std::size_t, Ec&) { return true; }
    bool on_string(json::string_view, std::size_t, Ec&) { return true; }
    bool on_number_part(json::string_view, Ec&) { return true; }
    bool on_int64(std::int64_t, json::string_view, Ec&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, Ec&) { return true; }
    bool on_double(double number, json::string_view, Ec& error) {
        if (!std::isfinite(number)) error = json::error::exponent_overflow;
        return !error;
    }
    bool on_bool(bool, Ec&) { return true; }
    bool on_null(Ec&) { return true; }
    bool on_comment_part(json::string_view, Ec&) { return true; }
    bool on_comment(json::string_view, Ec&) { return true; }
};

}  // namespace

bool is_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kMaxJsonDepth;
    json::basic_parser<Deaf> parser{options};
    json::error_code error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    return !error && used == text.size() && parser.done();
}

}  // namespace jobhost::worker
