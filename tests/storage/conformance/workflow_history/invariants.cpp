#include "tests/storage/conformance/workflow_history/invariants.hpp"

#include "tests/storage/conformance/workflow_history/told.hpp"

#include <algorithm>

namespace jobhost::storage::workflow_history {

namespace {

bool is_open(const ParentEnd& end) {
    return !end.is_met;
}

bool is_unmet(const ParentEnd& end) {
    return end.is_met == false;
}

bool is_stuck(Storage& storage, const Job& job) {
    const auto* awaiting = std::get_if<Awaiting>(&job.state);
    if (awaiting == nullptr || job.parked_on) return false;
    const std::vector<ParentEnd> parents = storage.workflows().parents(job.id);
    if (std::any_of(parents.begin(), parents.end(), is_unmet)) return true;
    if (std::any_of(parents.begin(), parents.end(), is_open)) return false;
    return !job.batch || storage.workflows().find(*job.batch).value().state >= BatchState::started;
}

bool may_get_a_slot(Storage& storage, const Job& job) {
    for (const QueueState& queue : storage.operations().queues())
        if (queue.name == job.queue && queue.paused_at) return false;
    const std::vector<ServedType> types = storage.servers().served_types();
    return std::any_of(types.begin(), types.end(), [&](const ServedType& type) {
        return type.type == job.type && type.payload_version == job.payload_version;
    });
}

// It is parked although nobody holds a slot of that limit, or will look when one opens.
bool is_parked_for_nothing(Storage& storage, const Job& job, const std::vector<LimitUsage>& usages) {
    if (!job.parked_on || !may_get_a_slot(storage, job)) return false;
    for (const LimitUsage& usage : usages)
        if (usage.limit.name == job.parked_on->limit)
            return usage.limit.kind == LimitKind::concurrent
                       ? usage.slots.taken == 0
                       : !storage.limits().slots_of(*job.parked_on).opens_at;
    return true;
}

std::string fault_in_batch(Storage& storage, const Batch& batch, const std::vector<Job>& jobs) {
    std::int64_t unfinished = 0;
    for (const Job& job : jobs)
        if (job.batch == batch.id && !is_final(name_of(job.state))) ++unfinished;
    for (const Batch& inner : storage.workflows().within(batch.id, 1000))
        if (!is_final(inner.state)) ++unfinished;
    const std::string name = told(batch.id);
    if (unfinished != batch.unfinished) return name + " counts its members wrong";
    if (is_final(batch.state) != batch.finished_at.has_value()) return name + " has ended, or has not";
    if (is_final(batch.state)) return unfinished == 0 ? "" : name + " has ended before its members";
    if (unfinished == 0 && batch.state == BatchState::started) return name + " does not end";
    if (unfinished == 0 && batch.cancel_requested_at) return name + " does not end, though cancelled";
    const bool waits = std::any_of(batch.parents.begin(), batch.parents.end(), is_open);
    const bool runs_around =
        !batch.within || storage.workflows().find(*batch.within).value().state >= BatchState::started;
    if (batch.state == BatchState::awaiting && !waits && runs_around && !batch.cancel_requested_at)
        return name + " does not start";
    return {};
}

}  // namespace

std::string fault_in(Storage& storage, const std::map<std::string, std::int64_t>& most) {
    const std::vector<Job> jobs = storage.queries().list({}, 100'000, "").jobs;
    const std::vector<LimitUsage> usages = storage.limits().list();
    std::map<LimitUse, std::int64_t> running;
    for (const Job& job : jobs) {
        if (is_stuck(storage, job)) return told(job.id) + " waits for nothing";
        if (is_parked_for_nothing(storage, job, usages)) return told(job.id) + " is parked for nothing";
        if (name_of(job.state) == StateName::processing)
            for (const LimitUse& use : job.limits)
                ++running[use];
    }
    for (const auto& [use, count] : running)
        if (const auto capacity = most.find(use.limit); capacity != most.end() && count > capacity->second)
            return "more jobs run than " + told(use) + " allows";
    for (const Batch& batch : storage.workflows().list({}, 100'000, {}).batches)
        if (const std::string fault = fault_in_batch(storage, batch, jobs); !fault.empty()) return fault;
    for (int i = 0; i < 3; ++i)
        if (storage.workflows().sweep(1000) != 0) return "the sweep found something";
    return {};
}

}  // namespace jobhost::storage::workflow_history
