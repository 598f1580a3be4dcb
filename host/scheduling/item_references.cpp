#include "host/scheduling/item_references.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::host {

namespace json = boost::json;

namespace {

constexpr std::string_view kBegin = "${";
constexpr std::string_view kItem = "item";

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
    throw std::invalid_argument{config::in_quotes("${" + std::string{name} + "}") + " " + why};
}

const json::value& member_of(const json::value& value, std::string_view key, std::string_view name) {
    const json::object* object = value.if_object();
    if (object == nullptr) refuse(name, "names a part of an item that has none");
    if (const json::value* found = object->if_contains(key)) return *found;
    std::vector<std::string_view> known;
    for (const auto& member : *object)
        known.push_back(member.key());
    const auto nearest = config::nearest_name(key, known);
    refuse(name, "names what this item does not have" +
                     (nearest ? "; did you mean " + config::in_quotes(*nearest) + "?" : std::string{}));
}

// What "item.address.city" means.
const json::value& referred(std::string_view name, const json::value* item) {
    if (name != kItem && !name.starts_with("item."))
        refuse(name, "is no reference to an item such as ${item.email}; write $${ for a literal ${");
    if (item == nullptr) refuse(name, "stands where there are no items; say for_each beside 'jobs'");
    const json::value* value = item;
    for (std::size_t at = kItem.size(); at < name.size();) {
        const std::size_t end = std::min(name.find('.', at + 1), name.size());
        value = &member_of(*value, name.substr(at + 1, end - at - 1), name);
        at = end;
    }
    return *value;
}

json::value in_text(std::string_view text, const json::value* item) {
    std::string whole;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = text.find(kBegin, at);
        if (begin == std::string_view::npos) return json::value(whole.append(text.substr(at)));
        if (begin > at && text[begin - 1] == '$') {
            whole.append(text.substr(at, begin - 1 - at)).append(kBegin);
            at = begin + kBegin.size();
            continue;
        }
        const std::size_t end = text.find('}', begin);
        if (end == std::string_view::npos)
            refuse(text.substr(begin + 2), "has no end; write $${ for a literal ${");
        const json::value& part = referred(text.substr(begin + 2, end - begin - 2), item);
        if (begin == 0 && end + 1 == text.size()) return part;
        whole.append(text.substr(at, begin - at));
        whole += part.is_string() ? std::string{part.get_string()} : json::serialize(part);
        at = end + 1;
    }
    return json::value(whole);
}

}  // namespace

json::value with_item(const json::value& value, const json::value* item) {
    if (const json::string* text = value.if_string()) return in_text(*text, item);
    if (const json::array* list = value.if_array()) {
        json::array whole;
        for (const json::value& element : *list)
            whole.push_back(with_item(element, item));
        return whole;
    }
    if (const json::object* object = value.if_object()) {
        json::object whole;
        for (const auto& [name, member] : *object)
            whole[name] = with_item(member, item);
        return whole;
    }
    return value;
}

}  // namespace jobhost::host
