#include "host/reload/definition_diff.hpp"

#include "storage/model/time_text.hpp"
#include "storage/model_json.hpp"

#include <boost/json.hpp>

#include <array>
#include <map>
#include <ranges>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using Fields = std::map<std::string, std::string>;

// Keys of which a number is a duration in microseconds, wherever they stand outside of arguments.
constexpr std::array<std::string_view, 14> kDurations{
    "delay",      "delays", "timeout", "kill_after", "succeeded", "failed", "deleted",
    "expires_in", "every",  "window",  "first",      "cap",       "jitter", "grace"};
// Instants in microseconds.
constexpr std::array<std::string_view, 3> kInstants{"from", "until", "at"};
// What nobody has written: it follows from the rest.
constexpr std::string_view kDerived = "has_parent_references";

template <std::size_t Count>
bool contains(const std::array<std::string_view, Count>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

// How a stored key is called in YAML; empty: it adds nothing to the path.
std::string_view spelt(std::string_view key) {
    if (key == "policy" || key == "batch") return "";
    if (key == "backoff") return "delay";
    if (key == "members") return "jobs";
    return key;
}

std::string joined(const std::string& path, std::string_view key) {
    if (key.empty()) return path;
    return path.empty() ? std::string{key} : path + "." + std::string{key};
}

class Flat {
public:
    Fields fields;

    void add_definition(const std::string& path, const json::object& definition) {
        for (const auto& [key, value] : definition) {
            if (key == "name") continue;
            if (key == "arguments")
                add_plain(joined(path, "args"), json::parse(value.as_string()));
            else
                add(joined(path, spelt(key)), key, value);
        }
    }

private:
    void add_plain(const std::string& path, const json::value& value) {
        if (!value.is_object() || value.as_object().empty()) {
            fields[path] = json::serialize(value);
            return;
        }
        for (const auto& [key, inner] : value.as_object())
            add_plain(joined(path, key), inner);
    }

    void add(const std::string& path, std::string_view key, const json::value& value) {
        if (key == kDerived || value.is_null()) return;
        if (const auto* object = value.if_object()) {
            for (const auto& [inner_key, inner] : *object)
                add(joined(path, spelt(inner_key)), inner_key, inner);
        } else if (key == "members" || key == "then") {
            for (const json::value& member : value.as_array())
                add_definition(joined(path, member.at("name").as_string()), member.as_object());
        } else if (const auto* array = value.if_array(); array && contains(kDurations, key)) {
            std::string list;
            for (const json::value& each : *array)
                list += (list.empty() ? "[" : ", ") + text_of(key, each);
            fields[path] = list + "]";
        } else {
            fields[path] = text_of(key, value);
        }
    }

    static std::string text_of(std::string_view key, const json::value& value) {
        const bool is_number = value.is_int64() || value.is_uint64();
        if (is_number && contains(kDurations, key))
            return to_text(Duration{value.to_number<Duration::rep>()});
        if (is_number && contains(kInstants, key))
            return to_text(TimePoint{Duration{value.to_number<Duration::rep>()}});
        return json::serialize(value);
    }
};

Fields fields_of(const Definition& definition) {
    Flat flat;
    flat.add_definition("", json::parse(storage::to_json(definition)).as_object());
    return std::move(flat.fields);
}

}  // namespace

std::vector<FieldChange> diff(const Definition& before, const Definition& after) {
    const Fields old_fields = fields_of(before);
    const Fields new_fields = fields_of(after);
    std::map<std::string, FieldChange> changes;
    for (const auto& [path, value] : old_fields)
        changes[path] = {path, value, ""};
    for (const auto& [path, value] : new_fields) {
        changes[path].path = path;
        changes[path].after = value;
    }
    std::vector<FieldChange> differing;
    for (auto& [path, change] : changes)
        if (change.before != change.after) differing.push_back(std::move(change));
    return differing;
}

std::vector<std::pair<std::string, std::string>> renames_in(const storage::Applied& applied) {
    using Kind = storage::DefinitionChange::Kind;
    std::map<Fields, std::vector<std::string>> added;  // the names of those that say the same, the last first
    for (const storage::DefinitionChange& come : applied.changes | std::views::reverse)
        if (come.kind == Kind::added) added[fields_of(*come.after)].push_back(come.name);
    std::vector<std::pair<std::string, std::string>> renames;
    if (added.empty()) return renames;
    for (const storage::DefinitionChange& gone : applied.changes) {
        if (gone.kind != Kind::retired || !gone.before) continue;
        const auto same = added.find(fields_of(*gone.before));
        if (same == added.end() || same->second.empty()) continue;
        renames.emplace_back(gone.name, same->second.back());
        same->second.pop_back();
    }
    return renames;
}

}  // namespace jobhost::host
