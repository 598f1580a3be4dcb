#include "storage/soci/soci_limit_store.hpp"

#include "storage/storage_error.hpp"

namespace jobhost::storage {

void SociLimitStore::set(std::span<const Limit>) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

bool SociLimitStore::remove(const std::string&) {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::vector<LimitUsage> SociLimitStore::list() {
    throw StorageError{StorageError::Kind::refused, "not there yet"};
}

std::size_t SociLimitStore::grant(std::size_t limit) {
    return grants_.run(changes_, limit);
}

}  // namespace jobhost::storage
