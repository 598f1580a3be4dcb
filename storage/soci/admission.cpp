#include "storage/soci/admission.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/limit_slots.hpp"

#include <boost/json.hpp>

#include <map>

namespace jobhost::storage {

namespace {

std::vector<HeldJob> held_of(Session& session, const std::set<JobId>& ids) {
    return hold_jobs(session, {ids.begin(), ids.end()});
}

std::set<JobId> remove_cancelled(Change& change, const std::vector<ClaimedRow>& rows,
                                 Departures& departures) {
    std::set<BatchId> batches;
    for (const ClaimedRow& row : rows)
        if (row.batch && !row.is_over) batches.insert(*row.batch);
    std::set<JobId> gone;
    if (batches.empty()) return gone;
    std::map<BatchId, Reason> cancelled;
    for (const auto& [id, is_unmet] :
         change.session.rows<long long, int>("batch_cancelled", {{"ids", id_list(batches)}}))
        cancelled[BatchId{id}] = is_unmet != 0 ? Reason::unmet : Reason::cancelled;
    for (const ClaimedRow& row : rows)
        if (row.batch && !row.is_over && cancelled.contains(*row.batch)) gone.insert(row.id);
    if (gone.empty()) return gone;
    JobMoves moves{change};
    for (const HeldJob& job : held_of(change.session, gone)) {
        moves.remove(job, cancelled.at(*job.batch));
        departures.add(job.id, StateName::deleted, job.flags, job.batch->value);
    }
    moves.write();
    change.session.execute("job_unclaim", {{"ids", id_list(gone)}});
    return gone;
}

// They are held: this transaction has claimed them.
void park(Change& change, const std::vector<NoSlot>& without, const std::map<JobId, LaneId>& lanes) {
    boost::json::array rows;
    for (const NoSlot& none : without) {
        rows.push_back({{"id", none.id.value},
                        {"reason", static_cast<int>(none.reason)},
                        {"limit_key", none.parked_on}});
        change.tally.moved(lanes.at(none.id), StateName::processing, StateName::awaiting);
    }
    if (!rows.empty()) change.session.execute("job_park", {{"rows", boost::json::serialize(rows)}});
}

// Those that get no slot.
std::set<JobId> admit(Change& change, const std::vector<SlotSeeker>& seekers,
                      const std::map<JobId, LaneId>& lanes, std::set<JobId>& granted) {
    std::set<JobId> away;
    if (seekers.empty()) return away;
    LimitSlots slots{change};
    slots.take(seekers, [&](const std::vector<NoSlot>& without) {
        for (const NoSlot& none : without)
            away.insert(none.id);
        park(change, without, lanes);
    });
    granted.insert(slots.granted().begin(), slots.granted().end());
    return away;
}

}  // namespace

std::set<JobId> turn_away(Change& change, const std::vector<ClaimedRow>& rows, std::set<JobId>& granted,
                          Departures& departures) {
    std::set<JobId> away = remove_cancelled(change, rows, departures);
    std::vector<SlotSeeker> seekers;
    std::map<JobId, LaneId> lanes;
    for (const ClaimedRow& row : rows) {
        if ((row.flags & kHasLimits) == 0 || away.contains(row.id)) continue;
        if (!row.is_over && change.has_all_slots.contains(row.id)) {
            change.promises.take_back_all(row.id);  // it uses it up
            continue;
        }
        seekers.push_back({row.id, row.is_over});
        lanes[row.id] = row.lane;
    }
    away.merge(admit(change, seekers, lanes, granted));
    std::vector<JobId> with_key;
    for (const ClaimedRow& row : rows)
        if (!row.is_over && !away.contains(row.id) && (row.flags & kFreesAtClaim) != 0)
            with_key.push_back(row.id);
    if (!with_key.empty()) change.session.execute("job_free_key", {{"ids", id_list(with_key)}});
    return away;
}

}  // namespace jobhost::storage
