#pragma once

#include "storage/operation_store.hpp"
#include "storage/soci/changes.hpp"

namespace jobhost::storage {

class SociOperationStore final : public OperationStore {
public:
    // Outlives the store.
    explicit SociOperationStore(Changes& changes) : changes_{changes}, database_{changes.database()} {}

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
    struct OpenCommand {
        CommandId id;
        Verb verb = Verb::requeue;
        std::string by;
        std::string filter;
        std::string operation;
        std::string position;
        long long created_at = 0;
    };
    static std::size_t go_on(Change& change, std::size_t limit, const OpenCommand& command);

    Changes& changes_;
    Database& database_;
};

}  // namespace jobhost::storage
