#include "config/read_definition.hpp"
#include "config/values.hpp"
#include "storage/model/text_template.hpp"

namespace jobhost::config {
namespace {

constexpr std::string_view kEscape = "write $${ for a literal ${";

// As an error shows it: no more than its name.
std::string shown(const std::string& name) {
    return "'" + first_reference("${" + name + "}") + "'";
}

bool is_known(const std::string& name) {
    return name == "date" || name == "scheduled_at" || name.starts_with("args.");
}

}  // namespace

bool check_references(Reader& reader, const Value& value, const std::string& text, References references) {
    const auto parts = parts_of(text);
    if (!parts) {
        reader.refuse(value, "unknown reference '${...}'", std::string(kEscape));
        return false;
    }
    bool is_right = true;
    const auto refuse = [&](std::string problem, std::string hint) {
        is_right = false;
        reader.refuse(value, std::move(problem), std::move(hint));
    };
    for (const TextPart& part : *parts) {
        if (!part.is_reference) continue;
        const bool is_item = refers_to(part.text, "item");
        const bool is_parent = refers_to(part.text, "parent.result");
        if (is_item     ? references.to_items
            : is_parent ? references.to_parents
                        : references.to_known && is_known(part.text))
            continue;
        if (is_item && references.to_known) {
            refuse(shown(part.text) + " stands where there are no items", "say for_each in its batch");
        } else if (is_parent && references.to_known) {
            refuse(shown(part.text) + " is known only when the job runs",
                   "write it in the 'args' of what waits for one job");
        } else {
            refuse("unknown reference " + shown(part.text), std::string(kEscape));
        }
    }
    return is_right;
}

}  // namespace jobhost::config
