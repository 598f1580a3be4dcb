#include "storage/soci/batch_start.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/storage_error.hpp"

#include <string>

namespace jobhost::storage {

namespace {

bool waits_for_others(Session& session, BatchId id) {
    const auto counts = session.rows<long long, long long, long long>("edge_open_counts",
                                                                      {{"ids", id_list(std::vector{id})}});
    return !counts.empty() && std::get<1>(counts.front()) > 0;
}

}  // namespace

HeldBatch& held_batch(Releases& releases, BatchId id) {
    releases.batches().hold({id});
    HeldBatch* batch = releases.batches().find(id);
    if (batch == nullptr)
        throw StorageError{StorageError::Kind::refused, "there is no batch " + std::to_string(id.value)};
    return *batch;
}

void open_batch(Change& change, BatchId id) {
    Releases releases{change};
    HeldBatch& batch = held_batch(releases, id);
    if (batch.state != BatchState::creating) return;
    if (batch.members == 0)
        throw StorageError{StorageError::Kind::refused,
                           "batch " + std::to_string(id.value) + " has no members to start with"};
    if (batch.within) releases.batches().hold({*batch.within});
    if (waits_for_others(change.session, id) || !releases.has_started(batch.within)) {
        batch.state = BatchState::awaiting;
        releases.batches().changed(id);
    } else {
        releases.start(id);
    }
    releases.run();
}

}  // namespace jobhost::storage
