#include "storage/soci/key_taking.hpp"

#include "storage/soci/instants.hpp"
#include "storage/soci/job_flags.hpp"
#include "storage/soci/refusal.hpp"
#include "storage/soci/unique_key.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace jobhost::storage {

namespace {

void find_slot(SubmissionEntry& entry) {
    if (entry.slot.empty()) entry.slot = unique_slot_of(entry.job);
}

}  // namespace

// In the order of the slots, in which every transaction takes them.
void KeyTaking::take(SubmissionEntries& entries) {
    std::vector<SubmissionEntry*> unique;
    for (SubmissionEntry& entry : entries) {
        if (entry.is_left_out || !entry.job.unique) continue;
        find_slot(entry);
        unique.push_back(&entry);
    }
    std::stable_sort(unique.begin(), unique.end(),
                     [](const SubmissionEntry* a, const SubmissionEntry* b) { return a->slot < b->slot; });
    for (SubmissionEntry* entry : unique)
        take(*entry);
}

void KeyTaking::take(SubmissionEntry& entry) {
    if (entry.is_left_out || !entry.job.unique) return;
    find_slot(entry);
    const Unique& unique = *entry.job.unique;
    if (unique.held == HeldWhile::queued && !entry.job.parents.empty()) return;  // it is not queued for now
    // Windows are kept apart from keys that jobs hold.
    const std::pair place{unique.held == HeldWhile::window, entry.slot};
    if (const auto earlier = taken_.find(place); earlier != taken_.end())
        return meet_earlier(entry, *earlier->second);
    if (unique.held == HeldWhile::window) {
        if (!take_window(entry)) return;
    } else {
        const auto holder = change_.session.rows<long long>("job_of_slot", {{"slot", entry.slot}});
        if (!holder.empty()) return meet(entry, JobId{std::get<0>(holder.front())});
    }
    taken_[place] = &entry;
}

void KeyTaking::meet_earlier(SubmissionEntry& entry, SubmissionEntry& earlier) {
    const OnConflict conflict = entry.job.unique->on_conflict;
    if (conflict != OnConflict::replace && conflict != OnConflict::extend) return meet(entry, earlier.job.id);
    earlier.job.due_at = entry.job.due_at;
    earlier.job.delay = entry.job.delay;
    if (conflict == OnConflict::replace) {
        earlier.job.arguments = entry.job.arguments;
        earlier.job.priority = entry.job.priority;
        earlier.job.policy = entry.job.policy;
    }
    entry.leave_out(earlier.job.id, conflict);
}

// False: the window of another job is open.
bool KeyTaking::take_window(SubmissionEntry& entry) {
    Session& session = change_.session;
    const auto found = session.rows<long long, long long>("window_of_slot", {{"slot", entry.slot}});
    if (!found.empty() && std::get<1>(found.front()) > micros(now_)) {
        meet(entry, JobId{std::get<0>(found.front())});
        return false;
    }
    session.execute("window_delete", {{"slot", entry.slot}});
    const long long inserted =
        session.execute("window_insert", {{"slot", entry.slot},
                                          {"job", entry.job.id.value},
                                          {"until", micros(now_ + entry.job.unique->window)}});
    if (inserted == 0) throw_overtaken();
    return true;
}

void KeyTaking::meet(SubmissionEntry& entry, JobId holder) {
    OnConflict effect = entry.job.unique->on_conflict;
    switch (effect) {
        case OnConflict::fail:
            refuse_for_now(names_.of(entry.job.id) + ": " + names_.of(holder) +
                           " is there already with its unique key");
        case OnConflict::replace:
        case OnConflict::extend:
            if (!replace(entry.job, holder)) effect = OnConflict::skip;
            break;
        case OnConflict::skip:
            break;
    }
    entry.leave_out(holder, effect);
}

bool KeyTaking::replace(const NewJob& by, JobId holder) {
    Session& session = change_.session;
    std::vector<HeldJob> held = hold_jobs(session, {holder});
    if (held.empty() || held.front().state > StateName::enqueued || held.front().has_begun) return false;
    HeldJob& job = held.front();
    if (by.unique->on_conflict == OnConflict::replace) {
        const PolicyId policy = change_.names.policy(session, change_.draft, by.policy);
        session.execute("job_replace", {{"id", holder.value},
                                        {"arguments", by.arguments},
                                        {"priority", by.priority},
                                        {"policy", policy.value}});
        job.order_key += (job.priority - by.priority) * change_.ageing.count();
        job.priority = by.priority;
    }
    const TimePoint due_at = std::max(by.due_at.value_or(now_), now_ + by.delay);
    const bool is_to_wait_on = job.is_parked() ? due_at <= now_ : job.state == StateName::awaiting;
    if (is_to_wait_on) {
        std::optional<long long> delay;
        if (by.delay > Duration::zero()) delay = by.delay.count();
        session.execute("job_due_when_released", {{"id", holder.value},
                                                  {"due_at", micros(by.due_at)},
                                                  {"delay", delay},
                                                  {"order_key", job.order_key}});
        return true;
    }
    JobMoves moves{change_};
    if (due_at > now_) {
        moves.schedule(job, due_at, Reason::delayed);
        if ((job.flags & kHasLimits) != 0) put_off_.push_back(job.id);
    } else if (job.state == StateName::enqueued) {
        moves.enqueue_again(job);
    } else {
        moves.enqueue(job);
    }
    moves.write();
    return true;
}

}  // namespace jobhost::storage
