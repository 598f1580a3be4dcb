#include "storage/soci/soci_operation_store.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage {

std::vector<Operated> SociOperationStore::operate(std::span<const JobId>, const Operation&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
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
