#include "host/command_line/relatives.hpp"

#include "host/command_line/found.hpp"
#include "host/command_line/text.hpp"

#include <ostream>

namespace jobhost::host {

namespace {

namespace json = boost::json;

std::int64_t number_of(const JobOrBatch& id) {
    return std::visit([](const auto& one) { return one.value; }, id);
}

std::string_view kind_of(const JobOrBatch& id) {
    return std::holds_alternative<JobId>(id) ? "job" : "batch";
}

std::string state_of(storage::Storage& storage, const JobOrBatch& id) {
    if (const auto* job = std::get_if<JobId>(&id)) {
        const auto found = storage.queries().find(*job);
        return found ? std::string{to_string(name_of(found->state))} : "";
    }
    const auto found = storage.workflows().find(std::get<BatchId>(id));
    return found ? std::string{to_string(found->state)} : "";
}

std::vector<ParentEnd> parents_of(storage::WorkflowStore& workflows, const JobOrBatch& of) {
    if (const auto* job = std::get_if<JobId>(&of)) return workflows.parents(*job);
    return find_batch(workflows, std::get<BatchId>(of)).parents;
}

void print(std::ostream& out, std::string_view heading, const std::vector<Relative>& relatives) {
    if (relatives.empty()) return;
    out << heading << '\n';
    std::vector<std::vector<std::string>> rows;
    for (const Relative& relative : relatives)
        rows.push_back(
            {"  " + std::string{kind_of(relative.id)} + " " + std::to_string(number_of(relative.id)),
             relative.state.empty() ? "removed" : relative.state,
             "when " + std::string{to_string(relative.on)},
             !relative.is_met   ? "not yet"
             : *relative.is_met ? "met"
                                : "not met"});
    print_table(out, rows);
}

}  // namespace

Relatives relatives_of(storage::Storage& storage, JobOrBatch of, std::size_t most_children) {
    Relatives relatives;
    for (const ParentEnd& parent : parents_of(storage.workflows(), of))
        relatives.parents.push_back(
            {parent.parent.of, parent.parent.on, parent.is_met, state_of(storage, parent.parent.of)});
    std::vector<storage::Child> children = storage.workflows().children(of, most_children + 1);
    relatives.has_more_children = children.size() > most_children;
    if (relatives.has_more_children) children.resize(most_children);
    for (const storage::Child& child : children)
        relatives.children.push_back({child.id, child.on, child.is_met, state_of(storage, child.id)});
    return relatives;
}

json::array to_json(const std::vector<Relative>& relatives) {
    json::array array;
    for (const Relative& relative : relatives) {
        json::object& object = array.emplace_back(json::object{}).get_object();
        object["id"] = std::to_string(number_of(relative.id));
        object["kind"] = kind_of(relative.id);
        object["on"] = to_string(relative.on);
        object["is_met"] = relative.is_met ? json::value(*relative.is_met) : json::value(nullptr);
        object["state"] = relative.state.empty() ? json::value(nullptr) : json::value(relative.state);
    }
    return array;
}

void print_relatives(std::ostream& out, const Relatives& relatives) {
    print(out, "waits for", relatives.parents);
    print(out, "what waits for it", relatives.children);
    if (relatives.has_more_children) out << "  and more\n";
}

}  // namespace jobhost::host
