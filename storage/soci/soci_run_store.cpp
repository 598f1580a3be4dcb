#include "storage/soci/soci_run_store.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage {

SavedWork SociRunStore::load(JobId) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

bool SociRunStore::save_checkpoint(const RunKey&, const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

bool SociRunStore::save_step(const RunKey&, const std::string&, const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::optional<std::vector<Inserted>> SociRunStore::submit(const RunKey&, std::span<const NewBatch>,
                                                          std::span<const NewJob>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

}  // namespace jobhost::storage
