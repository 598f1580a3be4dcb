#include "host/reload/definition_diff.hpp"

#include "host/reload/same_pairs.hpp"
#include "storage/model/time_text.hpp"
#include "storage/model_json.hpp"

#include <boost/json.hpp>

#include <array>
#include <map>

namespace jobhost::host {

namespace {

namespace json = boost::json;
using Fields = std::map<std::string, std::string>;

// Keys of which a number is a duration in microseconds, wherever they stand outside of arguments.
constexpr std::array<std::string_view, 14> kDurations{
    "delay",      "delays", "timeout", "kill_after", "succeeded", "failed", "deleted",
    "expires_in", "every",  "window",  "first",      "cap",       "jitter", "grace"};
// Instants in microseconds.
constexpr std::array<std::string_view, 4> kInstants{"from", "not_before", "until", "at"};
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
    if (key == "not_before") return "from";
    if (key == "catch_ups") return "missed.run_all";
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
        } else if (key == "more") {  // schedules of a list, behind the first one
            const std::string list = path.substr(0, path.rfind('.'));
            for (std::size_t i = 0; i < value.as_array().size(); ++i)
                add(list + "[" + std::to_string(i + 1) + "]", "", value.as_array()[i]);
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

std::vector<Rename> renames_in(const storage::Applied& applied) {
    using Change = storage::DefinitionChange;
    std::vector<const Change*> gone;
    std::vector<const Change*> come;
    for (const Change& change : applied.changes) {
        if (change.kind == Change::Kind::retired && change.before) gone.push_back(&change);
        if (change.kind == Change::Kind::added) come.push_back(&change);
    }
    std::vector<Rename> renames;
    if (gone.empty() || come.empty()) return renames;
    std::vector<Fields> before;
    std::vector<Fields> after;
    for (const Change* change : gone)
        before.push_back(fields_of(*change->before));
    for (const Change* change : come)
        after.push_back(fields_of(*change->after));
    for (const auto& [old_one, new_one] : same_pairs(before, std::move(after)))
        renames.emplace_back(gone[old_one]->name, come[new_one]->name);
    return renames;
}

std::string rename_text(const Rename& rename) {
    const auto& [before, after] = rename;
    return before + " was renamed to " + after + "? They say the same. The history stays under " + before +
           ", the schedule starts anew, and if it was paused: jobhost recurring pause " + after;
}

}  // namespace jobhost::host
