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
void park(Change& change, const std::map<JobId, std::string>& keys, const std::map<JobId, LaneId>& lanes) {
    boost::json::array rows;
    for (const auto& [id, key] : keys) {
        rows.push_back({{"id", id.value}, {"limit_key", key}});
        change.tally.moved(lanes.at(id), StateName::processing, StateName::awaiting);
    }
    if (!rows.empty())
        change.session.execute("job_park", {{"rows", boost::json::serialize(rows)},
                                            {"reason", static_cast<int>(Reason::limit)}});
}

void throttle(Change& change, const std::map<JobId, TimePoint>& instants) {
    if (instants.empty()) return;
    std::set<JobId> ids;
    for (const auto& [id, at] : instants)
        ids.insert(id);
    JobMoves moves{change};
    for (const HeldJob& job : held_of(change.session, ids))
        moves.schedule(job, instants.at(job.id), Reason::throttled);
    moves.write();
    change.session.execute("job_unclaim", {{"ids", id_list(ids)}});
    change.session.execute("job_flag", {{"flag", kHasRateSlot}, {"ids", id_list(ids)}});
}

// Those that get no slot.
std::set<JobId> admit(Change& change, const std::vector<SlotSeeker>& seekers,
                      const std::map<JobId, LaneId>& lanes, std::set<JobId>& granted) {
    std::set<JobId> away;
    if (seekers.empty()) return away;
    LimitSlots slots{change};
    slots.take(seekers, [&](const std::vector<NoSlot>& without) {
        std::map<JobId, std::string> parked;
        std::map<JobId, TimePoint> throttled;
        for (const NoSlot& none : without) {
            away.insert(none.id);
            if (none.throttled)
                throttled[none.id] = *none.throttled;
            else
                parked[none.id] = none.parked_on;
        }
        park(change, parked, lanes);
        throttle(change, throttled);
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
    for (const ClaimedRow& row : rows)
        if ((row.flags & kHasLimits) != 0 && !away.contains(row.id)) {
            seekers.push_back({row.id, row.flags, row.is_over});
            lanes[row.id] = row.lane;
        }
    away.merge(admit(change, seekers, lanes, granted));
    std::vector<JobId> with_rate_slot;
    std::vector<JobId> with_key;
    for (const ClaimedRow& row : rows) {
        if (row.is_over || away.contains(row.id)) continue;
        if ((row.flags & kHasRateSlot) != 0) with_rate_slot.push_back(row.id);
        if ((row.flags & kFreesAtClaim) != 0) with_key.push_back(row.id);
    }
    if (!with_rate_slot.empty())
        change.session.execute("job_unflag", {{"flag", kHasRateSlot}, {"ids", id_list(with_rate_slot)}});
    if (!with_key.empty()) change.session.execute("job_free_key", {{"ids", id_list(with_key)}});
    return away;
}

}  // namespace jobhost::storage
