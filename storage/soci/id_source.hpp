// Numbers for jobs, batches and commands.
#pragma once

#include "storage/soci/database.hpp"

#include <cstdint>
#include <mutex>

namespace jobhost::storage {

// A program that needs one takes one; one that goes on asking takes larger and larger blocks. Thread-safe.
class IdSource {
public:
    explicit IdSource(Database& database) : database_{database} {}

    // `count` unused ones in a row; the first one is returned. They stay reserved for ever. In no transaction
    // of the caller's. Throws StorageError.
    std::int64_t reserve(std::size_t count);

private:
    Database& database_;
    std::mutex mutex_;
    std::int64_t next_ = 0;
    std::int64_t end_ = 0;
    std::int64_t block_ = 1;
};

}  // namespace jobhost::storage
