#pragma once

#include "storage/workflow_store.hpp"
#include "tests/storage/model_store/model_database.hpp"

namespace jobhost::storage::model {

class ModelWorkflowStore final : public WorkflowStore {
public:
    explicit ModelWorkflowStore(Opened& opened) : opened_{opened} {}

    std::vector<Inserted> submit(std::span<const NewBatch> batches, std::span<const NewJob> jobs) override;
    std::vector<Inserted> submit_and_open(std::span<const NewBatch> batches, std::span<const NewJob> jobs,
                                          std::span<const BatchId> opens) override;
    void open(BatchId batch) override;
    bool cancel(BatchId batch, const std::string& by) override;
    std::optional<Batch> find(BatchId batch) override;
    BatchPage list(std::optional<BatchState> state, std::size_t limit, std::optional<BatchId> from) override;
    std::vector<Identified> identify(std::span<const std::int64_t> ids) override;
    std::vector<Batch> within(BatchId batch, std::size_t limit) override;
    std::vector<ParentEnd> parents(JobId job) override;
    std::vector<Child> children(std::variant<JobId, BatchId> of, std::size_t limit) override;
    std::size_t go_on(std::size_t limit) override;
    std::size_t sweep(std::size_t limit) override;

private:
    Opened& opened_;
};

}  // namespace jobhost::storage::model
