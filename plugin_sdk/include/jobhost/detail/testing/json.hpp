// A value of JSON, and the way to what is in it.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

namespace jobhost::detail {

struct Json {
    struct Member;
    using List = std::vector<Json>;
    using Object = std::vector<Member>;  // in their order, each name once

    std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, List, Object> value;
    std::string_view source;  // as it stands in the text that was read

    template <class T>
    const T* as() const noexcept {
        return std::get_if<T>(&value);
    }
    bool is_null() const noexcept { return as<std::nullptr_t>() != nullptr; }
    // The member `name` of an object; nullptr: none, or this is no object.
    const Json* member(std::string_view name) const noexcept;
    // The element `number`, written in decimal, of a list; nullptr as above.
    const Json* element(std::string_view number) const noexcept;
    // What is at `pointer` (RFC 6901); nullptr: nothing is. Throws std::invalid_argument if it is no pointer.
    const Json* find(std::string_view pointer) const;
    // Nothing: this is no number.
    std::optional<double> number() const noexcept;
};
struct Json::Member {
    std::string name;
    Json value;
};

inline const Json* Json::member(std::string_view name) const noexcept {
    if (const Object* object = as<Object>())
        for (const Member& member : *object)
            if (member.name == name) return &member.value;
    return nullptr;
}

inline const Json* Json::element(std::string_view number) const noexcept {
    const List* list = as<List>();
    if (!list || (number.size() > 1 && number.front() == '0')) return nullptr;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (error != std::errc() || end != number.data() + number.size()) return nullptr;
    return index < list->size() ? &(*list)[index] : nullptr;
}

// "a~1b~0c" is a/b~c.
inline std::string unescaped_token(std::string_view token) {
    std::string name;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~') {
            name += token[i];
            continue;
        }
        if (++i == token.size() || (token[i] != '0' && token[i] != '1'))
            throw std::invalid_argument("in a JSON pointer 0 or 1 follows ~");
        name += token[i] == '0' ? '~' : '/';
    }
    return name;
}

inline const Json* Json::find(std::string_view pointer) const {
    const Json* found = this;
    while (found && !pointer.empty()) {
        if (pointer.front() != '/') throw std::invalid_argument("a JSON pointer begins with /");
        pointer.remove_prefix(1);
        const std::string name = unescaped_token(pointer.substr(0, pointer.find('/')));
        pointer.remove_prefix(std::min(pointer.find('/'), pointer.size()));
        found = found->as<List>() ? found->element(name) : found->member(name);
    }
    return found;
}

inline std::optional<double> Json::number() const noexcept {
    if (const auto* whole = as<std::int64_t>()) return static_cast<double>(*whole);
    if (const auto* large = as<std::uint64_t>()) return static_cast<double>(*large);
    const auto* number = as<double>();
    return number ? std::optional(*number) : std::nullopt;
}

}  // namespace jobhost::detail
