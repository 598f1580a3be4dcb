#include "storage/soci/held_batches.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/instants.hpp"
#include "storage/soci/stored_enum.hpp"

#include <boost/json.hpp>

#include <utility>

namespace jobhost::storage {

void HeldBatches::hold(const std::vector<BatchId>& ids) {
    using Maybe = std::optional<long long>;
    std::vector<BatchId> missing;
    for (const BatchId id : ids)
        if (!held_.contains(id)) missing.push_back(id);
    if (missing.empty()) return;
    for (const auto& [id, within, state, members, unfinished, unsuccessful, cancelled, is_unmet, finished] :
         session_.rows<long long, Maybe, int, long long, long long, long long, Maybe, int, Maybe>(
             "batch_hold", {{"ids", id_list(missing)}})) {
        HeldBatch batch{.id = BatchId{id},
                        .state = stored_as<BatchState>(kBatchStateNames, state,
                                                       "the state of batch " + std::to_string(id)),
                        .members = members,
                        .unfinished = unfinished,
                        .unsuccessful = unsuccessful,
                        .cancel_requested_at = instant(cancelled),
                        .is_unmet = is_unmet != 0,
                        .finished_at = instant(finished)};
        if (within) batch.within = BatchId{*within};
        held_.emplace(batch.id, batch);
    }
}

HeldBatch* HeldBatches::find(BatchId id) {
    const auto found = held_.find(id);
    return found == held_.end() ? nullptr : &found->second;
}

const HeldBatch* HeldBatches::cancelled_around(const HeldBatch& batch) {
    for (std::optional<BatchId> outer = batch.within; outer;) {
        hold({*outer});
        const HeldBatch* around = find(*outer);
        if (around == nullptr || around->cancel_requested_at) return around;
        outer = around->within;
    }
    return nullptr;
}

void HeldBatches::write() {
    boost::json::array rows;
    for (const auto& [id, is_changed] : std::exchange(is_changed_, {})) {
        const HeldBatch& batch = held_.at(id);
        rows.push_back({{"id", id.value},
                        {"state", static_cast<int>(batch.state)},
                        {"members", batch.members},
                        {"unfinished", batch.unfinished},
                        {"unsuccessful", batch.unsuccessful},
                        {"cancel_requested_at", json_micros(batch.cancel_requested_at)},
                        {"is_unmet", batch.is_unmet ? 1 : 0},
                        {"finished_at", json_micros(batch.finished_at)}});
    }
    if (!rows.empty()) session_.execute("batch_put", {{"rows", boost::json::serialize(rows)}});
}

}  // namespace jobhost::storage
