// The databases that the conformance suite runs against. A new one is one more line in all_backends().
#pragma once

#include "tests/storage/conformance/server_test_databases.hpp"
#include "tests/storage/conformance/sqlite_test_database.hpp"
#include "tests/storage/model_store/model_storage.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace jobhost::storage {

struct Backend {
    std::string name;
    std::function<std::unique_ptr<TestDatabase>()> create;
    friend std::ostream& operator<<(std::ostream& out, const Backend& backend) { return out << backend.name; }
};

class ModelTestDatabase final : public TestDatabase {
public:
    std::unique_ptr<Storage> open(const Clock& clock) override {
        return std::make_unique<model::ModelStorage>(database_, clock);
    }

private:
    std::shared_ptr<model::ModelDatabase> database_ = std::make_shared<model::ModelDatabase>();
};

// SQL Server only where there is one; see tests/storage/conformance/mssql_test.cpp.
inline std::vector<Backend> all_backends() {
    using Way = PostgresTestDatabase::Way;
    std::vector<Backend> all{
        {"sqlite", [] { return std::make_unique<SqliteTestDatabase>(); }},
        {"model", [] { return std::make_unique<ModelTestDatabase>(); }},
        {"postgresql", [] { return std::make_unique<PostgresTestDatabase>(Way::native); }},
        {"postgresql_odbc", [] { return std::make_unique<PostgresTestDatabase>(Way::odbc); }},
    };
    if (test::mssql_connection())
        all.push_back({"mssql", [] { return std::make_unique<MssqlTestDatabase>(); }});
    return all;
}

inline std::string backend_name(const testing::TestParamInfo<Backend>& info) {
    return info.param.name;
}

}  // namespace jobhost::storage
