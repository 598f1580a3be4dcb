#include "host/requests/request_digest.hpp"

#include "host/requests/request_json.hpp"
#include "storage/digest.hpp"

#include <algorithm>
#include <vector>

namespace jobhost::host {

namespace {

namespace json = boost::json;

void append(std::string& to, const json::value& value);

void append(std::string& to, const json::object& object) {
    std::vector<const json::key_value_pair*> members;
    for (const json::key_value_pair& member : object)
        members.push_back(&member);
    std::ranges::sort(members, {}, &json::key_value_pair::key);
    to += '{';
    for (const json::key_value_pair* member : members) {
        to += json::serialize(member->key());
        to += ':';
        append(to, member->value());
        to += ',';
    }
    to += '}';
}

void append(std::string& to, const json::array& array) {
    to += '[';
    for (const json::value& item : array) {
        append(to, item);
        to += ',';
    }
    to += ']';
}

void append(std::string& to, const json::value& value) {
    if (const json::object* object = value.if_object())
        append(to, *object);
    else if (const json::array* array = value.if_array())
        append(to, *array);
    else
        to += json::serialize(value);
}

}  // namespace

std::string request_digest(std::string_view text) {
    std::string canonical;
    append(canonical, parsed_request(text));
    return storage::sha256(canonical);
}

}  // namespace jobhost::host
