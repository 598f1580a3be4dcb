#include "tests/storage/model_store/model_operation_store.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage::model {

std::vector<Operated> ModelOperationStore::operate(std::span<const JobId>, const Operation&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

JobId ModelOperationStore::run_again(JobId, const std::optional<std::string>&, const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

CommandId ModelOperationStore::start(const JobFilter&, const Operation&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::size_t ModelOperationStore::go_on(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::optional<Command> ModelOperationStore::find(CommandId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<Command> ModelOperationStore::commands(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

void ModelOperationStore::pause(const QueueName&, const std::string&, const std::string&,
                                std::optional<TimePoint>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

bool ModelOperationStore::resume(const QueueName&, const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<QueueState> ModelOperationStore::queues() {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

}  // namespace jobhost::storage::model
