#include "storage/soci/batch_queries.hpp"

#include "storage/soci/edge_rows.hpp"
#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/stored_enum.hpp"

#include <limits>
#include <map>
#include <utility>

namespace jobhost::storage {

namespace {

std::vector<BatchId> ids_in(Session& session, const char* statement, const Parameters& parameters) {
    std::vector<BatchId> ids;
    for (const auto& [id] : session.rows<long long>(statement, parameters))
        ids.emplace_back(BatchId{id});
    return ids;
}

}  // namespace

std::vector<Batch> select_batches(Session& session, const std::vector<BatchId>& ids) {
    using Maybe = std::optional<long long>;
    std::map<BatchId, Batch> found;
    if (ids.empty()) return {};
    for (auto& [id, within, name, state, members, unfinished, unsuccessful, cancelled, created, finished] :
         session.rows<long long, Maybe, std::string, int, long long, long long, long long, Maybe, long long,
                      Maybe>("batch_select", {{"ids", id_list(ids)}})) {
        Batch batch{.id = BatchId{id},
                    .name = std::move(name),
                    .state = stored_as<BatchState>(kBatchStateNames, state,
                                                   "the state of batch " + std::to_string(id)),
                    .members = members,
                    .unfinished = unfinished,
                    .unsuccessful = unsuccessful,
                    .created_at = instant(created),
                    .finished_at = instant(finished),
                    .cancel_requested_at = instant(cancelled)};
        if (within) batch.within = BatchId{*within};
        found.emplace(batch.id, std::move(batch));
    }
    for (const auto& [batch, state, count] :
         session.rows<long long, int, long long>("batch_jobs_count", {{"ids", id_list(ids)}}))
        if (const auto counted = found.find(BatchId{batch}); counted != found.end())
            counted->second.jobs.at(static_cast<std::size_t>(
                stored_as<StateName>(kStateNames, state, "the state of a job"))) = count;
    std::vector<JobId> children;  // ids name jobs and batches alike
    for (const BatchId id : ids)
        children.emplace_back(JobId{id.value});
    for (auto& [child, parents] : parents_of(session, children))
        if (const auto waiting = found.find(BatchId{child.value}); waiting != found.end())
            waiting->second.parents = std::move(parents);
    std::vector<Batch> batches;
    for (const BatchId id : ids)
        if (auto batch = found.extract(id)) batches.push_back(std::move(batch.mapped()));
    return batches;
}

BatchPage list_batches(Session& session, std::optional<BatchState> state, std::size_t limit,
                       std::optional<BatchId> from) {
    Parameters parameters{{"before", from ? from->value : std::numeric_limits<long long>::max()},
                          {"count", static_cast<long long>(limit)}};
    if (state) parameters.emplace_back("state", static_cast<long long>(*state));
    const std::vector<BatchId> ids =
        ids_in(session, state ? "batch_page_of_state" : "batch_page", parameters);
    BatchPage page{.batches = select_batches(session, ids), .next = {}};
    if (ids.size() == limit && limit > 0) page.next = ids.back();
    return page;
}

std::vector<Batch> batches_within(Session& session, BatchId batch, std::size_t limit) {
    return select_batches(
        session,
        ids_in(session, "batch_within", {{"batch", batch.value}, {"count", static_cast<long long>(limit)}}));
}

std::vector<Child> children_of(Session& session, std::variant<JobId, BatchId> of, std::size_t limit) {
    constexpr int kOpen = 2;
    std::vector<Child> children;
    const long long parent = std::visit([](auto id) { return id.value; }, of);
    for (const auto& [child, is_batch, condition, met] : session.rows<long long, int, int, int>(
             "edge_children", {{"parent", parent}, {"count", static_cast<long long>(limit)}})) {
        Child found{.id = JobId{child},
                    .on = stored_as<Condition>(kConditionNames, condition, "a condition"),
                    .is_met = {}};
        if (is_batch != 0) found.id = BatchId{child};
        if (met != kOpen) found.is_met = met == 1;
        children.push_back(found);
    }
    return children;
}

}  // namespace jobhost::storage
