// Remembers what is handed in, and opened.
#pragma once

#include "storage/workflow_store.hpp"

#include <stdexcept>

namespace jobhost::host {

class RecordingWorkflows final : public storage::WorkflowStore {
public:
    struct Submitted {
        std::vector<NewBatch> batches;
        std::vector<NewJob> jobs;
    };
    std::vector<Submitted> submitted;
    std::vector<BatchId> opened;

    std::vector<Inserted> submit(std::span<const NewBatch> batches, std::span<const NewJob> jobs) override {
        submitted.push_back({{batches.begin(), batches.end()}, {jobs.begin(), jobs.end()}});
        return std::vector<Inserted>(jobs.size());
    }
    void open(BatchId batch) override { opened.push_back(batch); }

    bool cancel(BatchId, const std::string&) override { unused(); }
    std::vector<storage::Identified> identify(std::span<const std::int64_t>) override { unused(); }
    std::optional<Batch> find(BatchId) override { unused(); }
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
