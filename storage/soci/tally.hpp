// What a transaction changes in the numbers of jobs, lane by lane and state by state.
#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/state.hpp"
#include "storage/soci/session.hpp"

#include <map>
#include <string>
#include <utility>

namespace jobhost::storage {

// Counts in memory while the transaction goes on, and adds to the counter rows at its end. Each session has
// counter rows of its own, so that transactions that run side by side never wait for each other here; a
// reader adds them up.
class Tally {
public:
    void added(LaneId lane, StateName state, long long count = 1) { changes_[{lane, state}] += count; }
    void removed(LaneId lane, StateName state) { added(lane, state, -1); }
    void moved(LaneId lane, StateName from, StateName to) {
        removed(lane, from);
        added(lane, to);
    }

    // The last statement of a transaction, as all transactions lock these rows last.
    void write(Session& session) { write(session, session.counter_slot()); }
    // What was counted so far, for a statement that writes it itself; begins anew.
    std::string take();
    // Into a given slot; 0 is nobody's, and holds what was folded.
    void write(Session& session, long long slot);

private:
    std::map<std::pair<LaneId, StateName>, long long> changes_;
};

}  // namespace jobhost::storage
