// Remembers what is handed in, opened and cancelled.
#pragma once

#include "storage/storage_error.hpp"
#include "storage/workflow_store.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace jobhost::host {

class RecordingWorkflows final : public storage::WorkflowStore {
public:
    struct Submitted {
        std::vector<NewBatch> batches;
        std::vector<NewJob> jobs;
        std::vector<BatchId> opens;
    };
    std::vector<Submitted> submitted;
    std::vector<BatchId> opened;
    std::vector<BatchId> cancelled;
    JobId refused;  // a job that it does not want
    std::function<void()> on_submit = [] {};

    std::vector<Inserted> submit(std::span<const NewBatch> batches, std::span<const NewJob> jobs) override {
        return submit_and_open(batches, jobs, {});
    }
    // A job with a tag is one for which another one stands.
    std::vector<Inserted> submit_and_open(std::span<const NewBatch> batches, std::span<const NewJob> jobs,
                                          std::span<const BatchId> opens) override {
        std::vector<Inserted> answers;
        for (const NewJob& job : jobs) {
            if (job.id == refused)
                throw storage::StorageError{storage::StorageError::Kind::refused, "not that one"};
            answers.push_back({job.id, job.tags.empty()});
        }
        on_submit();
        submitted.push_back(
            {{batches.begin(), batches.end()}, {jobs.begin(), jobs.end()}, {opens.begin(), opens.end()}});
        return answers;
    }
    void open(BatchId batch) override { opened.push_back(batch); }

    bool cancel(BatchId batch, const std::string&) override {
        cancelled.push_back(batch);
        return true;
    }
    // Those that were handed in.
    std::optional<Batch> find(BatchId id) override {
        for (const Submitted& part : submitted)
            if (std::ranges::find(part.batches, id, &NewBatch::id) != part.batches.end())
                return Batch{.id = id};
        return std::nullopt;
    }
    std::vector<storage::Identified> identify(std::span<const std::int64_t>) override { unused(); }
    storage::BatchPage list(std::optional<BatchState>, std::size_t, std::optional<BatchId>) override {
        unused();
    }
    std::vector<Batch> within(BatchId, std::size_t) override { unused(); }
    std::vector<ParentEnd> parents(JobId) override { unused(); }
    std::vector<storage::Child> children(std::variant<JobId, BatchId>, std::size_t) override { unused(); }
    std::size_t go_on(std::size_t) override { unused(); }
    std::size_t sweep(std::size_t) override { unused(); }

private:
    [[noreturn]] static void unused() { throw std::logic_error{"nobody asks for this here"}; }
};

}  // namespace jobhost::host
