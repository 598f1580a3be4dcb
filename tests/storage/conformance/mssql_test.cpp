#include "tests/support/mssql_database.hpp"

#include <gtest/gtest.h>

namespace jobhost {
namespace {

// So that nobody takes a suite without SQL Server for one with it.
TEST(SqlServer, IsAmongTheDatabases) {
    if (!test::mssql_connection()) GTEST_SKIP() << test::kNoMssql;
}

}  // namespace
}  // namespace jobhost
