#include "storage/soci/soci_workflow_store.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage {

std::vector<Inserted> SociWorkflowStore::submit(std::span<const NewBatch>, std::span<const NewJob>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

void SociWorkflowStore::open(BatchId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

bool SociWorkflowStore::cancel(BatchId, const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::optional<Batch> SociWorkflowStore::find(BatchId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

BatchPage SociWorkflowStore::list(std::optional<BatchState>, std::size_t, std::optional<BatchId>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<Batch> SociWorkflowStore::within(BatchId, std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<ParentEnd> SociWorkflowStore::parents(JobId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<Child> SociWorkflowStore::children(std::variant<JobId, BatchId>, std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::size_t SociWorkflowStore::go_on(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::size_t SociWorkflowStore::sweep(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

}  // namespace jobhost::storage
