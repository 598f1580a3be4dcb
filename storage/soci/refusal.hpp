// How what cannot be stored is told.
#pragma once

#include "storage/model/ids.hpp"
#include "storage/storage_error.hpp"

#include <string>

namespace jobhost::storage {

// Throws StorageError (refused).
[[noreturn]] inline void refuse(const std::string& why) {
    throw StorageError{StorageError::Kind::refused, why};
}

// Throws RefusedForNow.
[[noreturn]] inline void refuse_for_now(const std::string& why) {
    throw RefusedForNow{why};
}

inline std::string name_of(JobId id) {
    return "job " + std::to_string(id.value);
}
inline std::string name_of(BatchId id) {
    return "batch " + std::to_string(id.value);
}

}  // namespace jobhost::storage
