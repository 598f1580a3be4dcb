#include "storage/soci/edge_rows.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/stored_enum.hpp"

#include <utility>

namespace jobhost::storage {

std::map<JobId, std::vector<ParentEnd>> parents_of(Session& session, const std::vector<JobId>& children) {
    constexpr int kOpen = 2;
    std::map<JobId, std::vector<ParentEnd>> found;
    if (children.empty()) return found;
    for (auto& [child, parent, is_batch, condition, met, result] :
         session.rows<long long, long long, int, int, int, std::optional<std::string>>(
             "edge_of", {{"ids", id_list(children)}})) {
        ParentEnd end;
        end.parent.on = stored_as<Condition>(kConditionNames, condition, "a condition");
        if (is_batch != 0)
            end.parent.of = BatchId{parent};
        else
            end.parent.of = JobId{parent};
        if (met != kOpen) end.is_met = met == 1;
        end.result = std::move(result).value_or("");
        found[JobId{child}].push_back(std::move(end));
    }
    return found;
}

std::map<std::int64_t, Outlook> outlooks_of(Session& session, const std::string& children) {
    std::map<std::int64_t, Outlook> found;
    if (children == "[]") return found;
    for (const auto& [child, open, unmet] :
         session.rows<long long, long long, long long>("edge_open_counts", {{"ids", children}}))
        found[child] = {open > 0, unmet > 0};
    return found;
}

Outlook outlook_of(Session& session, BatchId batch) {
    return outlooks_of(session, id_list(std::vector{batch}))[batch.value];
}

}  // namespace jobhost::storage
