#pragma once

#include "storage/soci/database.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/name_cache.hpp"
#include "storage/workflow_store.hpp"

namespace jobhost::storage {

class SociWorkflowStore final : public WorkflowStore {
public:
    // All must outlive the store.
    SociWorkflowStore(Database& database, NameCache& names, JobInserter& inserter)
        : database_{database}, names_{names}, inserter_{inserter} {}

    std::vector<Inserted> submit(std::span<const NewBatch> batches, std::span<const NewJob> jobs) override;
    void open(BatchId batch) override;
    bool cancel(BatchId batch, const std::string& by) override;
    std::optional<Batch> find(BatchId batch) override;
    BatchPage list(std::optional<BatchState> state, std::size_t limit, std::optional<BatchId> from) override;
    std::vector<Batch> within(BatchId batch, std::size_t limit) override;
    std::vector<ParentEnd> parents(JobId job) override;
    std::vector<Child> children(std::variant<JobId, BatchId> of, std::size_t limit) override;
    std::size_t go_on(std::size_t limit) override;
    std::size_t sweep(std::size_t limit) override;

private:
    Database& database_;
    NameCache& names_;
    JobInserter& inserter_;
};

}  // namespace jobhost::storage
