// The SQL Server that JOBHOST_TEST_MSSQL leads to, for one test at a time.
#pragma once

#include "storage/soci/session.hpp"

#include <memory>
#include <optional>
#include <string>

namespace jobhost::test {

// An ODBC connection string of a database for tests: all tables of ours in the default schema of its user are
// dropped again and again. Nothing: there is no such server.
std::optional<std::string> mssql_connection();

// What a test says that is skipped for want of it.
inline constexpr const char* kNoMssql =
    "NOT TRIED ON SQL SERVER: JOBHOST_TEST_MSSQL is not set; let it hold the ODBC connection string of a "
    "database for tests, such as "
    "Driver=FreeTDS;Server=host;Port=1433;UID=user;PWD=password;Database=jobhost_test;TDS_Version=7.4;"
    "ClientCharset=UTF-8";

// The database without any table of ours. Others who want it, in whatever process, wait until this one goes;
// needed are only the rights that jobhost itself needs.
class MssqlDatabase {
public:
    // REQUIRES: mssql_connection(). Throws StorageError, or std::runtime_error when another test keeps the
    // database for a minute.
    MssqlDatabase();
    ~MssqlDatabase();
    MssqlDatabase(const MssqlDatabase&) = delete;
    MssqlDatabase& operator=(const MssqlDatabase&) = delete;

    // For open_storage().
    std::string url() const { return "odbc:" + mssql_connection().value(); }
    // A connection apart from those of the storage, outside of a transaction.
    storage::Session& session() noexcept { return *session_; }

private:
    const storage::StatementCatalog catalog_;
    std::unique_ptr<storage::Session> session_;
};

}  // namespace jobhost::test
