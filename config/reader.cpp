#include "config/reader.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace jobhost::config {
namespace {

std::string listed(std::span<const std::string_view> words, std::string_view last_joint) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? last_joint : ", ";
        text += words[i];
    }
    return text;
}

std::string short_text(double value) {
    char text[32];
    return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%g", value))};
}

// What is there instead, after "must be a number, is ".
std::string shown(const Node& node) {
    return node.kind == Node::Kind::scalar && node.is_plain ? in_quotes(node.text)
                                                            : std::string(kind_of(node));
}

std::string hint_to_unquote(const Node& node) {
    return node.kind == Node::Kind::scalar && !node.is_plain ? "remove the quotes" : "";
}

}  // namespace

std::string_view kind_of(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return "empty";
        case Node::Kind::scalar:
            return "text";
        case Node::Kind::sequence:
            return "a list";
        case Node::Kind::mapping:
            break;
    }
    return "a mapping";
}

std::string join(const std::string& path, std::string_view key) {
    const std::string part = is_name(key) ? std::string(key) : in_quotes(key);
    return path.empty() ? part : path + "." + part;
}

void Reader::refuse(const Value& at, std::string problem, std::string hint) {
    errors_.push_back({position(*at.node), at.path, std::move(problem), std::move(hint)});
}

void Reader::refuse(const PlacedText& at, std::string problem, std::string hint) {
    errors_.push_back({at.where, at.path, std::move(problem), std::move(hint)});
}

bool Reader::is_mapping(const Value& value) {
    if (value.node->kind == Node::Kind::mapping) return true;
    if (value.node->kind != Node::Kind::null)
        refuse(value, "must be a mapping, is " + std::string(kind_of(*value.node)));
    return false;
}

void Reader::read_entries(const Value& value, const std::function<void(const Value&, const Value&)>& read) {
    if (!is_mapping(value)) return;
    std::map<std::string_view, int> lines;  // where each key stood first
    for (const auto& [key, child] : value.node->entries) {
        const std::string path = join(value.path, key->text);
        const auto [first, is_new] = lines.emplace(key->text, key->line);
        if (is_new) {
            read({key, path}, {child, path});
        } else {
            refuse({key, path}, "is already set at line " + std::to_string(first->second));
        }
    }
}

void Reader::read_mapping(const Value& value, const Keys& keys) {
    for (const Keys::Key& key : keys.known_) {
        if (offered_) offered_->insert(join(value.path, key.name));
    }
    read_entries(value, [&](const Value& name, const Value& child) {
        const auto known = std::ranges::find(keys.known_, name.node->text, &Keys::Key::name);
        if (known != keys.known_.end()) return known->read(child);
        const auto stray = std::ranges::find(keys.strays_, name.node->text, &Keys::Key::name);
        if (stray != keys.strays_.end()) return stray->read(name);
        refuse_unknown(name, keys);
    });
}

void Reader::refuse_unknown(const Value& key, const Keys& keys) {
    std::vector<std::string_view> names;
    for (const Keys::Key& known : keys.known_) {
        names.push_back(known.name);
    }
    std::string hint = did_you_mean(key.node->text, names);
    if (hint.empty() && !names.empty()) hint = "known here: " + listed(names, ", ");
    refuse(key, "is not a setting", std::move(hint));
}

void Reader::read_list(const Value& value, const std::function<void(const Value&)>& read) {
    if (value.node->kind != Node::Kind::sequence) {
        refuse(value, "must be a list, is " + std::string(kind_of(*value.node)));
        return;
    }
    for (std::size_t i = 0; i < value.node->items.size(); ++i)
        read({value.node->items[i], value.path + "[" + std::to_string(i) + "]"});
}

std::optional<std::string> Reader::text_with_references(const Value& value) {
    if (value.node->kind == Node::Kind::scalar) return value.node->text;
    if (value.node->kind == Node::Kind::null) {
        refuse(value, "has no value", "write one or remove the key");
    } else {
        refuse(value, "must be text, is " + std::string(kind_of(*value.node)));
    }
    return std::nullopt;
}

std::optional<std::string> Reader::text(const Value& value) {
    const auto text = text_with_references(value);
    if (!text) return std::nullopt;
    const std::string reference = first_reference(*text);
    if (reference.empty()) return without_escapes(*text);
    refuse(value, "unknown reference '" + reference + "'", "write $${ for a literal ${");
    return std::nullopt;
}

std::optional<std::string> Reader::name(const Value& value) {
    auto name = text(value);
    if (!name || is_name(*name)) return name;
    refuse(value, "must be 1 to 100 of the characters A-Z a-z 0-9 _ . -, is " + in_quotes(*name));
    return std::nullopt;
}

std::optional<int> Reader::whole_number(const Value& value, int least, int most) {
    const Node& node = *value.node;
    const bool is_plain = node.kind == Node::Kind::scalar && node.is_plain;
    const PlainValue plain = is_plain ? plain_value(node.text) : PlainValue{nullptr};
    const auto* number = std::get_if<std::int64_t>(&plain);
    if (number && *number >= least && *number <= most) return static_cast<int>(*number);
    const bool is_too_large =
        std::holds_alternative<std::uint64_t>(plain) || std::holds_alternative<TooLarge>(plain);
    if (number || is_too_large) {
        refuse(value, "must be " + std::to_string(least) + " to " + std::to_string(most) + ", is " +
                          shortened(node.text));
    } else {
        refuse(value, "must be a whole number, is " + shown(node), hint_to_unquote(node));
    }
    return std::nullopt;
}

std::optional<double> Reader::number(const Value& value, double least, double most) {
    const Node& node = *value.node;
    const bool is_plain = node.kind == Node::Kind::scalar && node.is_plain;
    const PlainValue plain = is_plain ? plain_value(node.text) : PlainValue{nullptr};
    std::optional<double> number;
    if (const auto* whole = std::get_if<std::int64_t>(&plain)) number = static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&plain)) number = *real;
    if (!number) {
        refuse(value, "must be a number, is " + shown(node), hint_to_unquote(node));
    } else if (*number < least || *number > most) {
        refuse(value,
               "must be " + short_text(least) + " to " + short_text(most) + ", is " + short_text(*number));
    } else {
        return number;
    }
    return std::nullopt;
}

std::optional<Duration> Reader::duration(const Value& value, Duration least, Duration most) {
    const auto written = text(value);
    if (!written) return std::nullopt;
    const auto duration = parse_duration(*written);
    if (!duration) {
        refuse(value, "must be a duration, is " + in_quotes(*written),
               "write it like 250ms, 30s, 5m, 1h30m or 2d");
    } else if (*duration < least || *duration > most) {
        refuse(value, "must be " + jobhost::to_text(least) + " to " + jobhost::to_text(most) + ", is " +
                          in_quotes(*written));
    } else {
        return duration;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Reader::size(const Value& value, std::uint64_t least, std::uint64_t most) {
    const auto written = text(value);
    if (!written) return std::nullopt;
    const auto size = parse_size(*written);
    if (!size) {
        refuse(value, "must be a number of bytes, is " + in_quotes(*written),
               "write it like 64KiB, 512MiB or 2GiB");
    } else if (*size < least || *size > most) {
        refuse(value,
               "must be " + size_text(least) + " to " + size_text(most) + ", is " + in_quotes(*written));
    } else {
        return size;
    }
    return std::nullopt;
}

std::optional<bool> Reader::boolean(const Value& value) {
    const Node& node = *value.node;
    const bool is_plain = node.kind == Node::Kind::scalar && node.is_plain;
    const PlainValue plain = is_plain ? plain_value(node.text) : PlainValue{nullptr};
    if (const bool* truth = std::get_if<bool>(&plain)) return *truth;
    refuse(value, "must be true or false, is " + shown(node), hint_to_unquote(node));
    return std::nullopt;
}

std::optional<std::size_t> Reader::choice(const Value& value, std::span<const std::string_view> words) {
    const auto written = text(value);
    if (!written) return std::nullopt;
    const auto found = std::ranges::find(words, *written);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    refuse(value, "must be " + listed(words, " or ") + ", is " + in_quotes(*written),
           did_you_mean(*written, words));
    return std::nullopt;
}

}  // namespace jobhost::config
