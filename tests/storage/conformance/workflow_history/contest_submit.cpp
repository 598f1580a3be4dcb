#include "tests/storage/conformance/workflow_history/contest.hpp"

#include <algorithm>

namespace jobhost::storage::workflow_history {

using namespace std::chrono_literals;

namespace {

constexpr auto kConditions = {Condition::succeeded, Condition::finished, Condition::failed,
                              Condition::succeeded, Condition::deleted};

// Keys that are taken only while the job is enqueued have a rule of their own where it waits for others.
bool may_be_queued_only(const NewJob& job) {
    return job.parents.empty() && !job.batch;
}

}  // namespace

std::vector<Parent> Contest::some_parents(Choices& choices, std::size_t most) {
    std::vector<Parent> parents;
    for (std::size_t count = choices.below(most + 1); count > 0; --count) {
        const Condition on = choices.one_of(kConditions);
        if (const auto batch = some_batch(choices); batch && choices.is_one_in(3))
            parents.push_back({*batch, on});
        else if (!ids_.empty())
            parents.push_back({some_id(choices), on});
    }
    return parents;
}

NewJob Contest::some_job(Choices& choices) {
    NewJob job;
    job.id = theirs().jobs().reserve_ids(1);
    job.type = choices.one_of<std::string>({"x.job", "x.job", "y.job"});
    job.queue = QueueName{choices.one_of<std::string>({"a", "b"})};
    job.priority = choices.one_of({0, 0, 5});
    job.arguments = R"({"n":)" + std::to_string(choices.below(3)) + "}";
    job.policy.retention = {1h, 1h, 1min, {}};
    if (choices.is_one_in(6)) job.due_at = clock_.now() + choices.one_of<Duration>({2s, 1min});
    if (choices.is_one_in(8)) job.expires_at = clock_.now() + choices.one_of<Duration>({3s, 1h});
    if (choices.is_one_in(6)) job.delay = 2s;
    if (!choices.is_one_in(3))
        job.limits.push_back({choices.one_of<std::string>({"mutex", "pair", "fixed", "sliding", "bucket"}),
                              choices.one_of<std::string>({"", "", "", "k"})});
    if (choices.is_one_in(6))
        job.limits.push_back({choices.one_of<std::string>({"mutex", "sliding", "bucket"}), "other"});
    if (choices.is_one_in(4)) {
        job.unique = Unique{.key = choices.one_of<std::string>({"one", "two"}),
                            .held = static_cast<HeldWhile>(choices.below(4)),
                            .window = 5s,
                            .on_conflict = static_cast<OnConflict>(choices.below(4))};
    }
    return job;
}

void Contest::submit_jobs(Choices& choices) {
    Submission submission;
    for (std::size_t count = 1 + choices.below(3); count > 0; --count) {
        NewJob job = some_job(choices);
        if (choices.is_one_in(2)) job.parents = some_parents(choices, 2);
        if (const auto batch = some_batch(choices); batch && choices.is_one_in(4)) job.batch = batch;
        if (!submission.jobs.empty() && choices.is_one_in(2))
            job.parents.push_back({submission.jobs.back().id, Condition::finished});
        job.is_continuation = choices.is_one_in(2);
        submission.jobs.push_back(job);
    }
    submit(submission);
}

void Contest::submit_batch(Choices& choices) {
    Submission submission;
    if (choices.is_one_in(4)) submission.jobs.push_back(some_job(choices));  // that the batch follows from
    NewBatch outer;
    outer.id = BatchId{theirs().jobs().reserve_ids(1).value};
    outer.name = "a batch";
    outer.is_staged = choices.is_one_in(4);
    if (!submission.jobs.empty()) {
        outer.parents = {{submission.jobs.front().id, choices.one_of(kConditions)}};
        outer.is_continuation = true;
    } else if (choices.is_one_in(3)) {
        outer.parents = some_parents(choices, 1);
    }
    if (const auto around = some_batch(choices); around && choices.is_one_in(4)) outer.within = around;
    submission.batches.push_back(outer);
    BatchId inmost = outer.id;
    if (choices.is_one_in(3)) {
        NewBatch inner;
        inner.id = BatchId{theirs().jobs().reserve_ids(1).value};
        inner.within = outer.id;
        inmost = inner.id;
        submission.batches.push_back(inner);
    }
    const std::size_t outside = submission.jobs.size();
    for (std::size_t count = 1 + choices.below(3); count > 0; --count) {
        NewJob job = some_job(choices);
        job.batch = choices.is_one_in(3) ? outer.id : inmost;
        if (choices.is_one_in(3)) job.parents = some_parents(choices, 1);
        if (submission.jobs.size() > outside && choices.is_one_in(2))
            job.parents.push_back({submission.jobs.back().id, choices.one_of(kConditions)});
        submission.jobs.push_back(job);
    }
    submit(submission);
}

void Contest::submit_again(Choices& choices) {
    if (submissions_.empty()) return say("nothing was handed in yet");
    Submission submission =
        submissions_[submissions_.size() - 1 - choices.below(std::min<std::size_t>(submissions_.size(), 5))];
    // What was purged, or was never made, would come anew, and by now perhaps otherwise.
    for (const NewBatch& batch : submission.batches)
        if (!theirs().workflows().find(batch.id)) return say("a batch is gone");
    std::erase_if(submission.jobs, [&](const NewJob& job) { return !theirs().queries().find(job.id); });
    submit(submission);
}

void Contest::submit(const Submission& submission) {
    Submission sent = submission;
    for (NewJob& job : sent.jobs)
        if (job.unique && job.unique->held == HeldWhile::queued && !may_be_queued_only(job))
            job.unique->held = HeldWhile::until_started;
    say("hand in " + told_all(sent.batches) + told_all(sent.jobs));
    both("what was handed in", [&](Storage& storage, Side&) {
        return sent.batches.empty() ? told(storage.jobs().insert(sent.jobs))
                                    : told(storage.workflows().submit(sent.batches, sent.jobs));
    });
    submissions_.push_back(sent);
    for (const NewJob& job : sent.jobs)
        if (model_.queries().find(job.id)) ids_.push_back(job.id);
    for (const NewBatch& batch : sent.batches)
        if (model_.workflows().find(batch.id)) batch_ids_.push_back(batch.id);
}

}  // namespace jobhost::storage::workflow_history
