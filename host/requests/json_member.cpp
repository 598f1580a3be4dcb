#include "host/requests/json_member.hpp"

#include <boost/json.hpp>

namespace jobhost::host {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Behind the text in quotes that begins at `at`.
std::size_t end_of_text(std::string_view json, std::size_t at) {
    for (++at; json[at] != '"'; ++at)
        if (json[at] == '\\') ++at;
    return at + 1;
}

// Behind the value that begins at `at`: at the comma or the bracket that follows it, or the space before
// them.
std::size_t end_of_value(std::string_view json, std::size_t at) {
    for (int depth = 0;;) {
        const char c = json[at];
        if (depth == 0 && (c == ',' || c == '}' || c == ']' || kSpace.find(c) != std::string_view::npos))
            return at;
        at = c == '"' ? end_of_text(json, at) : at + 1;
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        if (depth == 0 && (c == '"' || c == '}' || c == ']')) return at;
    }
}

}  // namespace

std::string_view json_member(std::string_view object, std::string_view name) {
    std::string_view found;
    // From quote to quote of the keys.
    for (auto key = object.find('"'); key != std::string_view::npos;) {
        const auto key_end = end_of_text(object, key);
        const auto begin = object.find_first_not_of(kSpace, object.find(':', key_end) + 1);
        const auto end = end_of_value(object, begin);
        if (boost::json::parse(object.substr(key, key_end - key)).as_string() == name)
            found = object.substr(begin, end - begin);
        key = object.find('"', end);
    }
    return found;
}

std::vector<std::string_view> json_items(std::string_view array) {
    std::vector<std::string_view> items;
    for (std::size_t at = array.find('[') + 1;;) {
        const auto begin = array.find_first_not_of(kSpace, at);
        if (array[begin] == ']') return items;
        const auto end = end_of_value(array, begin);
        items.push_back(array.substr(begin, end - begin));
        at = array.find_first_not_of(kSpace, end);
        if (array[at] == ']') return items;
        ++at;  // the comma
    }
}

}  // namespace jobhost::host
