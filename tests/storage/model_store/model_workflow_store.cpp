#include "tests/storage/model_store/model_workflow_store.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage::model {

std::vector<Inserted> ModelWorkflowStore::submit(std::span<const NewBatch>, std::span<const NewJob>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

void ModelWorkflowStore::open(BatchId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

bool ModelWorkflowStore::cancel(BatchId, const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::optional<Batch> ModelWorkflowStore::find(BatchId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

BatchPage ModelWorkflowStore::list(std::optional<BatchState>, std::size_t, std::optional<BatchId>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<Batch> ModelWorkflowStore::within(BatchId, std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<ParentEnd> ModelWorkflowStore::parents(JobId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<Child> ModelWorkflowStore::children(std::variant<JobId, BatchId>, std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::size_t ModelWorkflowStore::go_on(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::size_t ModelWorkflowStore::sweep(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

}  // namespace jobhost::storage::model
