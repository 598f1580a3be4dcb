#include "tests/support/mssql_database.hpp"

#include "storage/soci/odbc_session.hpp"

#include <cstdlib>
#include <regex>
#include <stdexcept>

namespace jobhost::test {

namespace {

using namespace std::chrono_literals;

constexpr Duration kTimeout = 50s;  // less than a test may take

// Ends with the connection.
constexpr const char* kLock = R"(DECLARE @outcome int
EXEC @outcome = sp_getapplock @Resource = N'jobhost_test', @LockMode = N'Exclusive', @LockOwner = N'Session',
                              @LockTimeout = 50000
SELECT @outcome)";

constexpr const char* kTables = R"(SELECT CAST(name AS nvarchar(max))
FROM sys.tables
WHERE SCHEMA_NAME(schema_id) = SCHEMA_NAME())";

bool is_ours(const std::string& table) {
    if (table == "schema_migration") return true;
    for (const storage::Migration& migration : storage::migrations_of("mssql"))
        for (const std::string& statement : migration.statements)
            if (std::regex_search(statement, std::regex{"CREATE TABLE " + table + " \\("})) return true;
    return false;
}

}  // namespace

std::optional<std::string> mssql_connection() {
    const char* connection = std::getenv("JOBHOST_TEST_MSSQL");
    if (connection == nullptr || *connection == '\0') return std::nullopt;
    return connection;
}

MssqlDatabase::MssqlDatabase()
    : catalog_{"mssql", {.schema = "jobhost", .timeout = kTimeout}},
      session_{std::make_unique<storage::OdbcSession>(mssql_connection().value(), kTimeout, catalog_)} {
    for (const std::string& setting : catalog_.session_setup())
        session_->execute_text(setting);
    if (std::get<0>(session_->rows_of_text<long long>(kLock).at(0)) < 0)
        throw std::runtime_error{"another test keeps the SQL Server of JOBHOST_TEST_MSSQL"};
    for (const auto& [table] : session_->rows_of_text<std::string>(kTables))
        if (is_ours(table)) session_->execute_text("DROP TABLE " + table);
}

MssqlDatabase::~MssqlDatabase() = default;

}  // namespace jobhost::test
