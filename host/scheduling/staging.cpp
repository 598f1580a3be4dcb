#include "host/scheduling/staging.hpp"

#include <algorithm>
#include <set>

namespace jobhost::host {

namespace {

// What one transaction hands in: others wait for it, and the write-ahead log grows as large.
constexpr std::size_t kMostAtOnce = 5000;                        // jobs and batches
constexpr std::size_t kMostBytesAtOnce = std::size_t{16} << 20;  // of arguments

class Stage {
public:
    explicit Stage(storage::WorkflowStore& workflows) : workflows_{workflows} {}

    void put(NewBatch batch) {
        make_room_for(0);
        batch.is_staged = true;
        batches_.push_back(std::move(batch));
    }
    void put(NewJob job) {
        make_room_for(job.arguments.size());
        jobs_.push_back(std::move(job));
    }
    void hand_in() {
        workflows_.submit(batches_, jobs_);
        batches_.clear();
        jobs_.clear();
        bytes_ = 0;
    }

private:
    void make_room_for(std::size_t bytes) {
        const auto count = batches_.size() + jobs_.size();
        if (count >= kMostAtOnce || (count > 0 && bytes_ + bytes > kMostBytesAtOnce)) hand_in();
        bytes_ += bytes;
    }

    storage::WorkflowStore& workflows_;
    std::vector<NewBatch> batches_;
    std::vector<NewJob> jobs_;
    std::size_t bytes_ = 0;
};

// A job that is in no batch does not lie there yet when the batches are staged.
void check(const Submission& submission) {
    std::set<JobId> outside;
    for (const NewJob& job : submission.jobs)
        if (!job.batch) outside.insert(job.id);
    const auto is_outside = [&](const Parent& parent) {
        const auto* job = std::get_if<JobId>(&parent.of);
        return job != nullptr && outside.contains(*job);
    };
    for (const NewBatch& batch : submission.batches)
        if (std::ranges::any_of(batch.parents, is_outside))
            throw SubmissionRefused{"batches." + batch.name + ": " + std::to_string(submission.jobs.size()) +
                                    " jobs are handed in at once; where a batch waits for a job, at most " +
                                    std::to_string(kMaxMembersAtOnce) + " can be"};
}

}  // namespace

std::vector<BatchId> stage(Submission& submission, storage::WorkflowStore& workflows) {
    if (submission.batches.empty() || submission.batches.size() + submission.jobs.size() <= kMaxMembersAtOnce)
        return {};
    check(submission);
    const auto members = std::stable_partition(submission.jobs.begin(), submission.jobs.end(),
                                               [](const NewJob& job) { return !job.batch; });
    // Numbers rise from what is waited for to what waits.
    Stage stage{workflows};
    auto job = members;
    for (const NewBatch& batch : submission.batches) {
        for (; job != submission.jobs.end() && job->id.value < batch.id.value; ++job)
            stage.put(std::move(*job));
        stage.put(batch);
    }
    for (; job != submission.jobs.end(); ++job)
        stage.put(std::move(*job));
    stage.hand_in();
    submission.jobs.erase(members, submission.jobs.end());

    std::vector<BatchId> outermost;
    for (auto batch = submission.batches.rbegin(); batch != submission.batches.rend(); ++batch) {
        if (batch->within)
            workflows.open(batch->id);  // it waits for the one around it
        else
            outermost.push_back(batch->id);
    }
    submission.batches.clear();
    return outermost;
}

}  // namespace jobhost::host
