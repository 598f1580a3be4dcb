#pragma once

#include "storage/operation_store.hpp"
#include "storage/soci/database.hpp"
#include "storage/soci/job_inserter.hpp"
#include "storage/soci/name_cache.hpp"

namespace jobhost::storage {

class SociOperationStore final : public OperationStore {
public:
    // All must outlive the store.
    SociOperationStore(Database& database, NameCache& names, JobInserter& inserter)
        : database_{database}, names_{names}, inserter_{inserter} {}

    std::vector<Operated> operate(std::span<const JobId> jobs, const Operation& operation) override;
    JobId run_again(JobId job, const std::optional<std::string>& arguments, const std::string& by) override;
    CommandId start(const JobFilter& filter, const Operation& operation) override;
    std::size_t go_on(std::size_t limit) override;
    std::optional<Command> find(CommandId command) override;
    std::vector<Command> commands(std::size_t limit) override;
    void pause(const QueueName& queue, const std::string& by, const std::string& reason,
               std::optional<TimePoint> until) override;
    bool resume(const QueueName& queue, const std::string& by) override;
    std::vector<QueueState> queues() override;

private:
    Database& database_;
    NameCache& names_;
    JobInserter& inserter_;
};

}  // namespace jobhost::storage
