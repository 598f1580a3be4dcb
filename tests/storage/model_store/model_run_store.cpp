#include "tests/storage/model_store/model_run_store.hpp"

#include "storage/text.hpp"
#include "tests/storage/model_store/model_submit.hpp"
#include "tests/storage/model_store/model_texts.hpp"

#include <algorithm>

namespace jobhost::storage::model {

namespace {

void check_saved(const std::string& text) {
    demand(text.size() <= kMaxCheckpointSize, "more to save than there may be");
    demand(is_json(text), "something to save that is not JSON");
}

// The job of the run; nothing: the run is over.
JobRecord* find(ModelDatabase& database, const RunKey& run) {
    const auto found = database.jobs.find(run.job);
    if (found == database.jobs.end()) return nullptr;
    JobRecord& job = found->second;
    const bool is_held =
        job.state() == StateName::processing && job.server == run.server && job.seen.lease == run.lease;
    return is_held ? &job : nullptr;
}

// Throws refused if the call asked for something else.
const std::vector<std::int64_t>* answer_of(const JobRecord& job, const RunCall& call) {
    const auto found = job.calls.find(call.number);
    if (found == job.calls.end()) return nullptr;
    demand(found->second.first == call.digest, "a call that asked for something else before");
    return &found->second.second;
}

}  // namespace

SavedWork ModelRunStore::load(JobId job, std::int64_t first) {
    return opened_.read([&](const ModelDatabase& database) {
        SavedWork page;
        const auto found = database.jobs.find(job);
        if (found == database.jobs.end()) return page;
        const SavedWork& all = found->second.saved;
        if (first == 0) page.checkpoint = all.checkpoint;
        std::size_t size = 0;
        for (auto at = static_cast<std::size_t>(first); at < all.steps.size(); ++at) {
            if (size >= kSavedPageSize) {
                page.next = static_cast<std::int64_t>(at);
                break;
            }
            size += all.steps[at].first.size() + all.steps[at].second.size();
            page.steps.push_back(all.steps[at]);
        }
        return page;
    });
}

bool ModelRunStore::save_checkpoint(const RunKey& run, const std::string& checkpoint) {
    check_saved(checkpoint);
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        JobRecord* job = find(database, run);
        if (job != nullptr) job->saved.checkpoint = checkpoint;
        return job != nullptr;
    });
}

bool ModelRunStore::save_step(const RunKey& run, const std::string& name, const std::string& result) {
    demand(!name.empty() && name.size() <= kMaxStepName && is_storable(name),
           "a step's name that is no name");
    check_saved(result);
    return opened_.write([&](ModelDatabase& database, TimePoint) {
        JobRecord* job = find(database, run);
        if (job == nullptr) return false;
        auto& steps = job->saved.steps;
        if (std::any_of(steps.begin(), steps.end(), [&](const auto& step) { return step.first == name; }))
            return true;
        demand(steps.size() < kMaxSteps, "more steps than a job may have");
        std::size_t size = result.size();
        for (const auto& step : steps)
            size += step.second.size();
        demand(size <= kMaxStepsSize, "more to save in steps than there may be");
        steps.emplace_back(name, result);
        return true;
    });
}

using Answer = std::optional<std::vector<std::int64_t>>;

Answer ModelRunStore::answer_to(const RunKey& run, const RunCall& call) {
    return opened_.write([&](ModelDatabase& database, TimePoint) -> Answer {
        const JobRecord* job = find(database, run);
        const std::vector<std::int64_t>* answer = job == nullptr ? nullptr : answer_of(*job, call);
        return answer == nullptr ? std::nullopt : Answer{*answer};
    });
}

Answer ModelRunStore::submit(const RunKey& run, const RunCall& call, std::span<const NewBatch> batches,
                             std::span<const NewJob> jobs) {
    demand(call.number > 0 && !call.digest.empty(), "a call without a number or a digest");
    for (const NewJob& job : jobs)
        demand(job.creator == run.job, "a job under the id of another one than its run's");
    return opened_.write([&](ModelDatabase& database, TimePoint now) -> Answer {
        JobRecord* job = find(database, run);
        if (job == nullptr) return std::nullopt;
        if (const auto* answer = answer_of(*job, call)) return *answer;
        std::vector<std::int64_t> answer;
        for (const NewBatch& batch : batches)
            answer.push_back(batch.id.value);
        for (const Inserted& made : model::submit(database, batches, jobs, now))
            answer.push_back(made.id.value);
        find(database, run)->calls[call.number] = {call.digest, answer};
        return answer;
    });
}

}  // namespace jobhost::storage::model
