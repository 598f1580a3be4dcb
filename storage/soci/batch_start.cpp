#include "storage/soci/batch_start.hpp"

#include "storage/soci/edge_rows.hpp"
#include "storage/soci/refusal.hpp"

namespace jobhost::storage {

HeldBatch& held_batch(Releases& releases, BatchId id) {
    releases.batches().hold({id});
    HeldBatch* batch = releases.batches().find(id);
    if (batch == nullptr) refuse("there is no " + name_of(id));
    return *batch;
}

void open_batch(Change& change, BatchId id) {
    Releases releases{change};
    HeldBatch& batch = held_batch(releases, id);
    if (batch.state != BatchState::creating) return;
    if (batch.members == 0)
        refuse(name_of(id) + " has no members to start with: none came, or other jobs have the keys of all");
    if (batch.within) releases.batches().hold({*batch.within});
    if (batch.cancel_requested_at || outlook_of(change.session, id).is_open ||
        !releases.has_started(batch.within)) {
        batch.state = BatchState::awaiting;
        releases.batches().changed(id);
    } else {
        releases.start(id);
    }
    releases.run();
}

}  // namespace jobhost::storage
