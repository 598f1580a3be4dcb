#include "host/requests/repeated_key.hpp"

#include "config/values.hpp"
#include "host/requests/bad_request.hpp"
#include "host/worker/json_listener.hpp"
#include "host/worker/limits.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <set>
#include <vector>

namespace jobhost::host {

namespace {

namespace json = boost::json;

// Hears the parser, and knows where it is.
struct Keys : worker::JsonListener {
    // An object, with its keys so far, or an array.
    struct Level {
        bool is_array = false;
        std::size_t items = 0;
        std::set<std::string> keys = {};
        std::string key = {};
    };
    std::vector<Level> levels;
    std::string repeated;  // the path to it; empty: none so far
    std::string key_begin;

    std::string path() const {
        std::string text;
        for (const Level& level : levels)
            text += "/" + (level.is_array ? std::to_string(level.items) : level.key);
        return text;
    }
    bool end_value() {
        if (!levels.empty()) ++levels.back().items;
        return true;
    }

    bool on_object_begin(Ec&) {
        levels.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, Ec&) {
        levels.pop_back();
        return end_value();
    }
    bool on_array_begin(Ec&) {
        levels.push_back({.is_array = true});
        return true;
    }
    bool on_array_end(std::size_t, Ec&) {
        levels.pop_back();
        return end_value();
    }
    bool on_key_part(Text part, std::size_t, Ec&) {
        key_begin.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text end, std::size_t, Ec& error) {
        Level& level = levels.back();
        level.key = std::exchange(key_begin, {}).append(end.data(), end.size());
        if (level.keys.insert(level.key).second) return true;
        repeated = path();
        error = json::error::extra_data;
        return false;
    }
    bool on_string(Text, std::size_t, Ec&) { return end_value(); }
    bool on_int64(std::int64_t, Text, Ec&) { return end_value(); }
    bool on_uint64(std::uint64_t, Text, Ec&) { return end_value(); }
    bool on_double(double, Text, Ec&) { return end_value(); }
    bool on_bool(bool, Ec&) { return end_value(); }
    bool on_null(Ec&) { return end_value(); }
};

}  // namespace

void refuse_repeated_keys(std::string_view text) {
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth + 1;  // arguments may lie in an object
    json::basic_parser<Keys> parser{options};
    json::error_code error;
    parser.write_some(false, text.data(), text.size(), error);
    if (const std::string& path = parser.handler().repeated; !path.empty())
        throw BadRequest{config::in_quotes(path) + " stands there twice: say which one is meant"};
}

}  // namespace jobhost::host
