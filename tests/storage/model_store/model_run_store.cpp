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

void check_call(const ModelDatabase& database, const RunKey& run, const NewJob& job) {
    demand(job.creator == run.job && job.call_no > 0, "a job that names no call of its run");
    const JobRecord* made = find_call(database, job);
    demand(made == nullptr || (made->seen.type == job.type && made->seen.arguments == job.arguments),
           "call " + std::to_string(job.call_no) + " has handed in another job before");
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

std::optional<std::string> ModelRunStore::find_step(JobId job, const std::string& name) {
    return opened_.read([&](const ModelDatabase& database) -> std::optional<std::string> {
        const auto found = database.jobs.find(job);
        if (found == database.jobs.end()) return std::nullopt;
        const auto& steps = found->second.saved.steps;
        const auto step = std::ranges::find(steps, name, &std::pair<std::string, std::string>::first);
        return step == steps.end() ? std::nullopt : std::optional{step->second};
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

std::optional<std::vector<Inserted>> ModelRunStore::submit(const RunKey& run,
                                                           std::span<const NewBatch> batches,
                                                           std::span<const NewJob> jobs) {
    return opened_.write([&](ModelDatabase& database, TimePoint now) -> std::optional<std::vector<Inserted>> {
        if (find(database, run) == nullptr) return std::nullopt;
        for (const NewJob& job : jobs)
            check_call(database, run, job);
        return model::submit(database, batches, jobs, now);
    });
}

}  // namespace jobhost::storage::model
