#include "tests/storage/conformance/workflow_history/told.hpp"

namespace jobhost::storage::workflow_history {

namespace {

using history::shown;

std::string text_of(std::int64_t number) {
    return std::to_string(number);
}

std::string met(const std::optional<bool>& is_met) {
    return !is_met ? "open" : *is_met ? "met" : "unmet";
}

template <class List>
std::string in_a_row(const List& list) {
    std::string text;
    for (const auto& item : list)
        text += " " + item;
    return text;
}

std::vector<std::string> told_each(const std::vector<LimitUse>& uses) {
    std::vector<std::string> texts;
    for (const LimitUse& use : uses)
        texts.push_back(told(use));
    return texts;
}

std::string told(const Unique& unique) {
    return " unique " + unique.key + " " + std::string{to_string(unique.held)} + " " +
           std::string{to_string(unique.on_conflict)};
}

std::string reason_text(Reason reason, bool is_member) {
    const bool is_either = reason == Reason::cancelled || reason == Reason::unmet;
    return is_member && is_either ? "cancelled or unmet" : std::string{to_string(reason)};
}

struct StateText {
    const Job& job;
    const history::Names& names;

    std::string operator()(const Awaiting& state) const { return reason_text(state.reason, false); }
    std::string operator()(const Scheduled& state) const {
        return "due " + shown(state.due_at) + " " + reason_text(state.reason, false);
    }
    std::string operator()(const Enqueued& state) const { return "since " + shown(state.since); }
    std::string operator()(const Processing& state) const {
        return "by " + names.of(state.server) + " lease " + names.of(job.id, state.lease) + " since " +
               shown(state.claimed_at);
    }
    std::string operator()(const Succeeded& state) const { return "result " + state.result; }
    std::string operator()(const Failed& state) const { return reason_text(state.reason, false); }
    std::string operator()(const Deleted& state) const {
        return reason_text(state.reason, job.batch.has_value());
    }
};

}  // namespace

std::string told(const std::variant<JobId, BatchId>& id) {
    if (const auto* job = std::get_if<JobId>(&id)) return "#" + text_of(job->value);
    return "batch " + text_of(std::get<BatchId>(id).value);
}

std::string told(const Parent& parent) {
    return told(parent.of) + " " + std::string{to_string(parent.on)};
}

std::string told(const std::vector<ParentEnd>& parents) {
    std::string text;
    for (const ParentEnd& end : parents)
        text += "[" + told(end.parent) + " " + met(end.is_met) + " " + end.result + "]";
    return text;
}

std::string told(const LimitUse& use) {
    return use.limit + ":" + use.key;
}

std::string told(const NewJob& job) {
    std::string text = shown(job);
    for (const Parent& parent : job.parents)
        text += " after " + told(parent);
    if (job.batch) text += " in batch " + text_of(job.batch->value);
    if (job.delay > Duration{}) text += " delay " + text_of(job.delay.count());
    if (job.unique) text += told(*job.unique);
    if (!job.limits.empty()) text += " limits" + in_a_row(told_each(job.limits));
    if (job.creator) text += " by #" + text_of(job.creator->value);
    return text;
}

std::string told(const NewBatch& batch) {
    std::string text = "batch " + text_of(batch.id.value) + (batch.is_staged ? " staged" : "");
    if (batch.within) text += " within " + text_of(batch.within->value);
    for (const Parent& parent : batch.parents)
        text += " after " + told(parent);
    return text;
}

std::string told(const Job& job, const history::Names& names) {
    return "#" + text_of(job.id.value) + " " + std::string{to_string(name_of(job.state))} + " (" +
           std::visit(StateText{job, names}, job.state) + ") " + job.queue.value + "/" + job.type +
           " priority " + text_of(job.priority) + " attempt " + text_of(job.attempt) + " recoveries " +
           text_of(job.recoveries) + " warnings " + text_of(job.warnings) + " " + job.arguments +
           " started " + shown(job.started_at) + " finished " + shown(job.finished_at) + " expires " +
           shown(job.expires_at) + " cancel " + shown(job.cancel_requested_at) + " batch " +
           text_of(job.batch.value_or(BatchId{}).value) + " creator " +
           text_of(job.creator.value_or(JobId{}).value) + " tags" + in_a_row(job.tags) + " limits" +
           in_a_row(told_each(job.limits)) + " promised" + in_a_row(told_each(job.promised)) +
           (job.parked_on ? " parked on " + told(*job.parked_on) : "");
}

std::string told(const Batch& batch) {
    return "batch " + text_of(batch.id.value) + " '" + batch.name + "' " +
           std::string{to_string(batch.state)} + " within " +
           text_of(batch.within.value_or(BatchId{}).value) + " members " + text_of(batch.members) +
           " unfinished " + text_of(batch.unfinished) + " unsuccessful " + text_of(batch.unsuccessful) + " " +
           shown(batch.jobs) + told(batch.parents) + " created " + shown(batch.created_at) + " finished " +
           shown(batch.finished_at) + " cancel " + shown(batch.cancel_requested_at);
}

std::string told(const ClaimedJob& run, const history::Names& names) {
    return shown(run, names) + " batch " + text_of(run.batch.value_or(BatchId{}).value) + told(run.parents);
}

std::string told(const std::vector<Inserted>& answers) {
    std::string text;
    for (const Inserted& answer : answers) {
        text += (answer.is_new ? " #" : " instead #") + text_of(answer.id.value);
        if (answer.effect != OnConflict::skip) text += " " + std::string{to_string(answer.effect)};
    }
    return text;
}

std::string told(const std::vector<Operated>& answers) {
    constexpr std::array<const char*, 5> kNames{"done", "asked", "not found", "not possible", "taken"};
    std::string text;
    for (const Operated answer : answers)
        text += std::string{" "} + kNames.at(static_cast<std::size_t>(answer));
    return text;
}

std::string told(const Child& child) {
    return told(child.id) + " " + std::string{to_string(child.on)} + " " + met(child.is_met);
}

std::string told(const LimitUsage& usage) {
    return usage.limit.name + " capacity " + text_of(usage.limit.capacity) + " keys " + text_of(usage.keys) +
           " taken " + text_of(usage.slots.taken) + " parked " + text_of(usage.slots.parked);
}

std::string told(const QueueState& queue) {
    return queue.name.value + " paused " + shown(queue.paused_at) + " until " + shown(queue.paused_until) +
           " by " + queue.paused_by + " " + queue.reason;
}

std::string told(const SavedWork& saved) {
    std::string text = saved.checkpoint;
    for (const auto& [name, result] : saved.steps)
        text += " " + name + "=" + result;
    return text;
}

}  // namespace jobhost::storage::workflow_history
