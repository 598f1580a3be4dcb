#include "host/scheduling/references.hpp"

#include "config/nearest_name.hpp"
#include "config/values.hpp"
#include "host/worker/limits.hpp"
#include "storage/model/job.hpp"
#include "storage/model/local_date.hpp"
#include "storage/model/text_template.hpp"
#include "storage/model/time_text.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace jobhost::host {

namespace json = boost::json;

namespace {

constexpr std::string_view kParentResult = "parent.result";

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
    throw UnresolvedReference{config::in_quotes("${" + std::string{name} + "}") + " " + why};
}

json::value parsed(const std::string& text) {
    json::parse_options options;
    options.max_depth = worker::kMaxJsonDepth;
    return json::parse(text, {}, options);
}

// A copy of `value` with each text, names of members aside, as `of_text` makes it.
template <class OfText>
json::value with_texts(const json::value& value, const std::string& path, const OfText& of_text) {
    if (const json::string* text = value.if_string()) return of_text(std::string{*text}, path);
    if (const json::array* list = value.if_array()) {
        json::array whole;
        for (std::size_t i = 0; i < list->size(); ++i)
            whole.push_back(with_texts((*list)[i], path + "[" + std::to_string(i) + "]", of_text));
        return whole;
    }
    if (const json::object* object = value.if_object()) {
        json::object whole;
        for (const auto& [name, member] : *object)
            whole[name] = with_texts(member, (path.empty() ? "" : path + ".") + std::string{name}, of_text);
        return whole;
    }
    return value;
}

json::value escaped(const json::value& value) {
    return with_texts(value, "", [](const std::string& text, const std::string&) {
        return json::value(text_of({{text, false}}));
    });
}

std::string as_text(const json::value& value) {
    return value.is_string() ? std::string{value.get_string()} : json::serialize(value);
}

// The value of a reference; nothing: it stays as it is.
using Find = std::function<std::optional<json::value>(const std::string& name)>;

// Replaces the references in the texts of one value.
class Filling {
public:
    // `keeps_escapes`: what comes out is filled in again later, for the references that stay.
    Filling(Find find, bool keeps_escapes) : find_{std::move(find)}, keeps_escapes_{keeps_escapes} {}

    json::value of(const json::value& value) {
        return with_texts(value, "", [this](const std::string& text, const std::string& path) {
            try {
                return of_text(text);
            } catch (const UnresolvedReference& error) {
                throw UnresolvedReference{path.empty() ? error.what() : path + ": " + error.what()};
            }
        });
    }

private:
    json::value of_text(const std::string& text) {
        const auto parts = parts_of(text);
        if (!parts) throw UnresolvedReference{"a ${ has no }; write $${ for a literal ${"};
        if (parts->size() == 1 && parts->front().is_reference) {
            const auto found = find_(parts->front().text);
            if (!found) return json::value(text);
            return counted(keeps_escapes_ ? escaped(*found) : *found);
        }
        std::vector<TextPart> filled;
        for (const TextPart& part : *parts) {
            auto found = part.is_reference ? find_(part.text) : json::value(part.text);
            if (!found) {
                filled.push_back(part);
            } else if (filled.empty() || filled.back().is_reference) {
                filled.push_back({as_text(*found), false});
            } else {
                filled.back().text += as_text(*found);
            }
        }
        return counted(json::value(keeps_escapes_ ? template_of(filled) : joined(filled)));
    }

    static std::string joined(const std::vector<TextPart>& parts) {
        return parts.empty() ? "" : parts.front().text;
    }

    // A value that ends in a dollar must not make a reference of what follows.
    static std::string template_of(std::vector<TextPart>& parts) {
        std::erase(parts, TextPart{});
        std::string text = text_of(parts);
        if (parts_of(text) != parts)
            throw UnresolvedReference{"a value that ends in $ cannot stand before ${parent.result}"};
        return text;
    }

    json::value counted(json::value value) {
        size_ += json::serialize(value).size();
        if (size_ > kMaxArgumentsSize)
            throw UnresolvedReference{"what the references stand for is larger than " +
                                      std::to_string(kMaxArgumentsSize) + " bytes"};
        return value;
    }

    Find find_;
    bool keeps_escapes_;
    std::size_t size_ = 0;
};

const json::value& member_of(const json::value& value, const std::string& key, const std::string& name) {
    const json::object* object = value.if_object();
    if (object == nullptr) refuse(name, "has no value: it names a part of what has no parts");
    if (const json::value* found = object->if_contains(key)) return *found;
    std::vector<std::string_view> known;
    for (const auto& member : *object)
        known.push_back(member.key());
    refuse(name, "has no value" + config::did_you_mean(key, known, "; "));
}

// What `name` means in `value`, which its beginning `word` stands for.
const json::value& part_of(const json::value& value, std::string_view word, const std::string& name) {
    const json::value* part = &value;
    for (std::size_t at = word.size(); at < name.size();) {
        const auto end = std::min(name.find('.', at + 1), name.size());
        part = &member_of(*part, name.substr(at + 1, end - at - 1), name);
        at = end;
    }
    return *part;
}

json::value known_value(const std::string& name, const KnownValues& values) {
    if (name == "scheduled_at") return json::value(to_text(values.scheduled_at));
    if (name == "date") return json::value(local_date(values.scheduled_at, values.time_zone));
    if (refers_to(name, kParentResult)) refuse(name, "is known only when the job runs");
    if (!refers_to(name, "item")) refuse(name, "has no value here");
    if (values.item == nullptr) refuse(name, "stands where there are no items; say for_each");
    return part_of(*values.item, "item", name);
}

bool mentions_parents(const json::value& value) {
    bool does = false;
    with_texts(value, "", [&](const std::string& text, const std::string&) {
        for (const TextPart& part : parts_of(text).value_or(std::vector<TextPart>{}))
            does = does || (part.is_reference && refers_to(part.text, kParentResult));
        return json::value{};
    });
    return does;
}

// The result of the only job among them.
json::value result_of(const std::vector<ParentEnd>& parents, const std::string& name) {
    const auto is_job = [](const ParentEnd& end) { return std::holds_alternative<JobId>(end.parent.of); };
    const auto count = std::ranges::count_if(parents, is_job);
    if (count == 0) refuse(name, "has no value: the job waited for no other");
    if (count > 1) refuse(name, "has no value: the job waited for several others");
    const std::string& result = std::ranges::find_if(parents, is_job)->result;
    if (result.empty()) refuse(name, "has no value: the job that it waited for has left no result");
    return parsed(result);
}

}  // namespace

FilledIn filled_in(const std::string& arguments, const KnownValues& values) {
    if (arguments.find("${") == std::string::npos) return {arguments, false};
    const json::value given = parsed(arguments);
    const bool waits = mentions_parents(given);
    const auto without_arguments = [&](const std::string& name) {
        if (refers_to(name, "args")) refuse(name, "stands in an argument that others refer to");
        return known_value(name, values);
    };
    const auto find = [&](const std::string& name) -> std::optional<json::value> {
        if (waits && refers_to(name, kParentResult)) return std::nullopt;
        if (!name.starts_with("args.")) return known_value(name, values);
        return Filling{without_arguments, false}.of(part_of(given, "args", name));
    };
    return {json::serialize(Filling{find, waits}.of(given)), waits};
}

json::value with_values(const json::value& value, const KnownValues& values) {
    return Filling{[&](const std::string& name) { return known_value(name, values); }, false}.of(value);
}

std::string filled_in_key(const std::string& key, const KnownValues& values, const FilledIn& arguments) {
    if (key.find("${") == std::string::npos) return key;
    const json::value given = parsed(arguments.arguments);
    const auto find = [&](const std::string& name) -> std::optional<json::value> {
        if (!name.starts_with("args.")) return known_value(name, values);
        const json::value& part = part_of(given, "args", name);
        if (!arguments.waits_for_parents) return part;
        return Filling{[&](const std::string& inner) { return known_value(inner, values); }, false}.of(part);
    };
    return as_text(Filling{find, false}.of(json::value(key)));
}

std::string with_parent_results(const std::string& arguments, const std::vector<ParentEnd>& parents) {
    std::optional<json::value> result;
    const auto find = [&](const std::string& name) -> std::optional<json::value> {
        if (!refers_to(name, kParentResult)) refuse(name, "has no value here");
        if (!result) result = result_of(parents, name);
        return part_of(*result, kParentResult, name);
    };
    return json::serialize(Filling{find, false}.of(parsed(arguments)));
}

}  // namespace jobhost::host
