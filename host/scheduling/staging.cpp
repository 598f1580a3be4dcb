#include "host/scheduling/staging.hpp"

#include "storage/storage_error.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <ranges>
#include <set>

namespace jobhost::host {

namespace {

using storage::StorageError;

class Stage {
public:
    Stage(storage::WorkflowStore& workflows, const StagingProgress& progress)
        : workflows_{workflows}, progress_{progress} {}

    void put(const NewBatch& batch) {
        make_room_for(0);
        batches_.push_back(batch);
        batches_.back().is_staged = true;
    }
    void put(NewJob&& job) {
        make_room_for(job.arguments.size());
        jobs_.push_back(std::move(job));
    }
    std::vector<Inserted> end() {
        hand_in();
        return std::move(answers_);
    }

private:
    void make_room_for(std::size_t bytes) {
        if (!size_.has_room(1, bytes)) hand_in();
        size_.add(1, bytes);
    }
    void hand_in() {
        try {
            std::ranges::copy(workflows_.submit(batches_, jobs_), std::back_inserter(answers_));
        } catch (const StorageError& error) {
            if (error.kind() != StorageError::Kind::refused) throw;
            // It counts the jobs of this part alone.
            throw StorageError{error.kind(), "of the " + std::to_string(jobs_.size()) +
                                                 " jobs that come after " + std::to_string(answers_.size()) +
                                                 " others: " + error.what()};
        }
        batches_.clear();
        jobs_.clear();
        size_ = {};
        if (progress_) progress_(answers_.size());
    }

    storage::WorkflowStore& workflows_;
    const StagingProgress& progress_;
    std::vector<NewBatch> batches_;
    std::vector<NewJob> jobs_;
    PartSize size_;
    std::vector<Inserted> answers_;
};

// Nothing: a batch waits for a job that is in none, and does not lie there yet when the batches are staged.
const NewBatch* that_waits_for_a_job_outside(const Submission& submission) {
    std::set<JobId> outside;
    for (const NewJob& job : submission.jobs)
        if (!job.batch) outside.insert(job.id);
    const auto is_outside = [&](const Parent& parent) {
        const auto* job = std::get_if<JobId>(&parent.of);
        return job != nullptr && outside.contains(*job);
    };
    const auto found = std::ranges::find_if(submission.batches, [&](const NewBatch& batch) {
        return std::ranges::any_of(batch.parents, is_outside);
    });
    return found == submission.batches.end() ? nullptr : &*found;
}

}  // namespace

bool needs_staging(const Submission& submission) {
    const auto bytes =
        std::transform_reduce(submission.jobs.begin(), submission.jobs.end(), std::size_t{0}, std::plus{},
                              [](const NewJob& job) { return job.arguments.size(); });
    return !submission.batches.empty() &&
           (submission.count() > kMaxMembersAtOnce || bytes > kMostBytesInPart);
}

void discard(std::span<const BatchId> batches, storage::WorkflowStore& workflows, const std::string& by) {
    for (const BatchId batch : batches)
        if (workflows.find(batch)) workflows.cancel(batch, by);
}

std::vector<BatchId> outermost_of(const Submission& submission) {
    std::vector<BatchId> outermost;
    for (const NewBatch& batch : submission.batches)
        if (!batch.within) outermost.push_back(batch.id);
    return outermost;
}

Staged stage(Submission& submission, storage::WorkflowStore& workflows, const StagingProgress& progress) {
    if (!needs_staging(submission)) return {};
    if (const NewBatch* batch = that_waits_for_a_job_outside(submission)) {
        if (submission.count() <= kMaxMembersAtOnce) return {};
        throw SubmissionRefused{"batches." + batch->name + ": " + std::to_string(submission.jobs.size()) +
                                " jobs are handed in at once; where a batch waits for a job, at most " +
                                std::to_string(kMaxMembersAtOnce) + " can be"};
    }
    const auto members =
        std::ranges::stable_partition(submission.jobs, [](const NewJob& job) { return !job.batch; });
    // Ids rise from what is waited for, or is around others, to those.
    std::map<std::int64_t, NewJob*> jobs;
    for (NewJob& job : members)
        jobs.emplace(job.id.value, &job);
    std::map<std::int64_t, const NewBatch*> batches;
    for (const NewBatch& batch : submission.batches)
        batches.emplace(batch.id.value, &batch);
    Stage stage{workflows, progress};
    auto job = jobs.begin();
    const auto put_jobs_before = [&](std::int64_t id) {
        for (; job != jobs.end() && job->first < id; ++job)
            stage.put(std::move(*job->second));
    };
    for (const auto& [id, batch] : batches) {
        put_jobs_before(id);
        stage.put(*batch);
    }
    put_jobs_before(std::numeric_limits<std::int64_t>::max());
    Staged staged{{}, stage.end()};
    submission.jobs.erase(members.begin(), members.end());

    for (const auto& [id, batch] : std::views::reverse(batches)) {
        if (batch->within)
            workflows.open(batch->id);  // it waits for the one around it
        else
            staged.opens.push_back(batch->id);
    }
    submission.batches.clear();
    return staged;
}

std::vector<Inserted> hand_in(Submission submission, storage::WorkflowStore& workflows, const std::string& by,
                              const StagingProgress& progress) {
    const std::vector<BatchId> outermost = outermost_of(submission);
    try {
        Staged staged = stage(submission, workflows, progress);
        std::ranges::copy(workflows.submit_and_open(submission.batches, submission.jobs, staged.opens),
                          std::back_inserter(staged.jobs));
        return std::move(staged.jobs);
    } catch (const StorageError& error) {
        if (error.kind() == StorageError::Kind::refused) discard(outermost, workflows, by);
        throw;
    }
}

}  // namespace jobhost::host
