#include "tests/storage/model_store/model_limit_store.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage::model {

void ModelLimitStore::set(std::span<const Limit>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

bool ModelLimitStore::remove(const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<LimitUsage> ModelLimitStore::list() {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::size_t ModelLimitStore::grant(std::size_t) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

}  // namespace jobhost::storage::model
