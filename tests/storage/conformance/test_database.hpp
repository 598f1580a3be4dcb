// A database that one test has to itself.
#pragma once

#include "storage/storage.hpp"

#include <memory>

namespace jobhost::storage {

// Empty at first.
class TestDatabase {
public:
    TestDatabase() = default;
    virtual ~TestDatabase() = default;
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    // Each call opens the same database once more, as another process would. `clock` must outlive what is
    // returned.
    virtual std::unique_ptr<Storage> open(const Clock& clock) = 0;
};

}  // namespace jobhost::storage
