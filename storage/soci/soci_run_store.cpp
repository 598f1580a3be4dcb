#include "storage/soci/soci_run_store.hpp"

#include "storage/soci/submit_in.hpp"
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

std::optional<std::vector<Inserted>> SociRunStore::submit(const RunKey& run,
                                                          std::span<const NewBatch> batches,
                                                          std::span<const NewJob> jobs) {
    return submit_of_run(changes_, run, batches, jobs);
}

}  // namespace jobhost::storage
