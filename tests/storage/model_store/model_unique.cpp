#include "tests/storage/model_store/model_unique.hpp"

namespace jobhost::storage::model {

std::optional<JobId> holder_of(const ModelDatabase& database, const std::string& type, const Unique& unique,
                               TimePoint now) {
    if (unique.held == HeldWhile::window) {
        const auto found = database.windows.find({type, unique.key});
        return found != database.windows.end() && found->second.until > now ? std::optional{found->second.job}
                                                                            : std::nullopt;
    }
    for (const auto& [id, job] : database.jobs)
        if (job.holds_key && job.seen.type == type && job.unique->key == unique.key) return id;
    return std::nullopt;
}

bool take_key(const ModelDatabase& database, JobRecord& job) {
    if (!job.unique || job.unique->held == HeldWhile::window || job.holds_key) return true;
    if (holder_of(database, job.seen.type, *job.unique, {})) return false;
    job.holds_key = true;
    return true;
}

bool was_never_claimed(const JobRecord& job) {
    return job.is_waiting() && job.seen.attempt == 0 && !job.seen.started_at;
}

OnConflict apply_conflict(JobRecord& holder, const NewJob& second, TimePoint now) {
    const OnConflict wish = second.unique->on_conflict;
    if (!was_never_claimed(holder) || wish == OnConflict::skip) return OnConflict::skip;
    if (wish == OnConflict::replace) {
        holder.seen.arguments = second.arguments;
        holder.seen.priority = second.priority;
        holder.seen.policy = second.policy;
        holder.order_key = order_key_of(holder);
    }
    holder.due_at = second.due_at;
    holder.delay = second.delay;
    const TimePoint due_at = std::max(second.due_at.value_or(now), now + second.delay);
    if (holder.awaits_others() || (holder.seen.parked_on && due_at <= now)) return wish;
    if (due_at > now)
        become(holder, Scheduled{due_at, Reason::delayed});
    else if (holder.state() == StateName::scheduled)
        enqueue(holder, now);
    return wish;
}

void free_key_at_claim(JobRecord& job) {
    if (job.unique && job.unique->held != HeldWhile::until_finished) job.holds_key = false;
}

}  // namespace jobhost::storage::model
