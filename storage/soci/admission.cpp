#include "storage/soci/admission.hpp"

#include "storage/soci/id_list.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/limit_slots.hpp"

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
        if (row.batch) batches.insert(*row.batch);
    std::set<JobId> gone;
    if (batches.empty()) return gone;
    std::map<BatchId, Reason> cancelled;
    for (const auto& [id, is_unmet] :
         change.session.rows<long long, int>("batch_cancelled", {{"ids", id_list(batches)}}))
        cancelled[BatchId{id}] = is_unmet != 0 ? Reason::unmet : Reason::cancelled;
    for (const ClaimedRow& row : rows)
        if (row.batch && cancelled.contains(*row.batch)) gone.insert(row.id);
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

std::set<JobId> park(Change& change, const std::vector<SlotSeeker>& seekers, std::set<JobId>& granted) {
    std::set<JobId> parked;
    if (seekers.empty()) return parked;
    LimitSlots slots{change};
    const std::vector<NoSlot> without = slots.take(seekers);
    granted.insert(slots.granted().begin(), slots.granted().end());
    std::map<JobId, const NoSlot*> why;
    std::vector<JobId> throttled;
    for (const NoSlot& none : without) {
        why[none.id] = &none;
        parked.insert(none.id);
        if (none.throttled) throttled.push_back(none.id);
    }
    JobMoves moves{change};
    for (const HeldJob& job : held_of(change.session, parked)) {
        const NoSlot& none = *why.at(job.id);
        if (none.throttled)
            moves.schedule(job, *none.throttled, Reason::throttled);
        else
            moves.wait(job, Reason::limit, none.parked_on);
    }
    moves.write();
    if (!parked.empty()) change.session.execute("job_unclaim", {{"ids", id_list(parked)}});
    if (!throttled.empty())
        change.session.execute("job_flag", {{"flag", kHasRateSlot}, {"ids", id_list(throttled)}});
    return parked;
}

}  // namespace

std::set<JobId> turn_away(Change& change, const std::vector<ClaimedRow>& rows, std::set<JobId>& granted,
                          Departures& departures) {
    std::set<JobId> away = remove_cancelled(change, rows, departures);
    std::vector<SlotSeeker> seekers;
    for (const ClaimedRow& row : rows)
        if ((row.flags & kHasLimits) != 0 && !away.contains(row.id)) seekers.push_back({row.id, row.flags});
    away.merge(park(change, seekers, granted));
    std::vector<JobId> with_rate_slot;
    std::vector<JobId> with_key;
    for (const ClaimedRow& row : rows) {
        if (away.contains(row.id)) continue;
        if ((row.flags & kHasRateSlot) != 0) with_rate_slot.push_back(row.id);
        if ((row.flags & kFreesAtClaim) != 0) with_key.push_back(row.id);
    }
    if (!with_rate_slot.empty())
        change.session.execute("job_unflag", {{"flag", kHasRateSlot}, {"ids", id_list(with_rate_slot)}});
    if (!with_key.empty()) change.session.execute("job_free_key", {{"ids", id_list(with_key)}});
    return away;
}

}  // namespace jobhost::storage
