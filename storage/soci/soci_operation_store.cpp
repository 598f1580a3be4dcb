#include "storage/soci/soci_operation_store.hpp"

#include "storage/soci/operations.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>

namespace jobhost::storage {

std::vector<Operated> SociOperationStore::operate(std::span<const JobId> jobs, const Operation& operation) {
    std::vector<Operated> answers;
    for (std::span rest = jobs; !rest.empty(); rest = rest.subspan(std::min(rest.size(), kMostOperated))) {
        std::vector<Operated> some;
        changes_.write([&](Change& change) {
            some = storage::operate(change, rest.first(std::min(rest.size(), kMostOperated)), operation);
        });
        answers.insert(answers.end(), some.begin(), some.end());
    }
    return answers;
}

JobId SociOperationStore::run_again(JobId, const std::optional<std::string>&, const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

CommandId SociOperationStore::start(const JobFilter&, const Operation&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::size_t SociOperationStore::go_on(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::optional<Command> SociOperationStore::find(CommandId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<Command> SociOperationStore::commands(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

void SociOperationStore::pause(const QueueName&, const std::string&, const std::string&,
                               std::optional<TimePoint>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

bool SociOperationStore::resume(const QueueName&, const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<QueueState> SociOperationStore::queues() {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

}  // namespace jobhost::storage
