// Empties the SQL Server of JOBHOST_TEST_MSSQL, says "ok", and keeps other tests from it until its input
// ends. With it, tests in Python have what tests/support/mssql_database.hpp gives to those in C++.
#include "tests/support/mssql_database.hpp"

#include <exception>
#include <iostream>
#include <string>

int main() {
    if (!jobhost::test::mssql_connection()) {
        std::cout << jobhost::test::kNoMssql << std::endl;
        return 1;
    }
    try {
        const jobhost::test::MssqlDatabase database;
        std::cout << "ok" << std::endl;
        for (std::string line; std::getline(std::cin, line);) {
        }
    } catch (const std::exception& error) {
        std::cout << error.what() << std::endl;
        return 1;
    }
}
