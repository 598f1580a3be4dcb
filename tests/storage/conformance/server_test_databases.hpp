// Databases on a server, that live as long as their test.
#pragma once

#include "tests/storage/conformance/test_database.hpp"
#include "tests/support/mssql_database.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <atomic>
#include <chrono>
#include <string>

namespace jobhost::storage {

// A schema of its own on the program's PostgreSQL.
class PostgresTestDatabase final : public TestDatabase {
public:
    enum class Way { native, odbc };

    explicit PostgresTestDatabase(Way way) {
        static std::atomic<int> count = 0;
        options_.schema = "case_" + std::to_string(++count);
        options_.timeout = std::chrono::seconds{20};
        options_.url =
            way == Way::native ? test::shared_postgres().url() : "odbc:" + test::shared_postgres().odbc();
    }
    std::unique_ptr<Storage> open(const Clock& clock) override { return open_storage(options_, &clock); }

private:
    StorageOptions options_;
};

class MssqlTestDatabase final : public TestDatabase {
public:
    std::unique_ptr<Storage> open(const Clock& clock) override {
        return open_storage({.url = database_.url()}, &clock);
    }

private:
    test::MssqlDatabase database_;
};

}  // namespace jobhost::storage
