// One statement of an ODBC driver, from its text to its last result.
#pragma once

#include "storage/soci/session.hpp"
#include "storage/storage_error.hpp"

#include <deque>
#include <sql.h>
#include <sqlext.h>
#include <string>
#include <vector>

namespace jobhost::storage {

// Not thread-safe; must not outlive its connection. Every call throws StorageError.
class OdbcStatement {
public:
    OdbcStatement(SQLHDBC connection, Duration timeout);
    ~OdbcStatement();
    OdbcStatement(const OdbcStatement&) = delete;
    OdbcStatement& operator=(const OdbcStatement&) = delete;

    // Runs `text`, whose parameters are `:named`; hands the rows of its results to `sink`. How many rows it
    // touched.
    long long run(const std::string& text, const Parameters& parameters, std::span<const ColumnKind> columns,
                  const RowSink& sink);

private:
    // What is bound must stay where it is until the statement has run.
    struct Input {
        long long number = 0;
        std::string ascii;
        std::u16string wide;
        SQLLEN length = 0;
    };

    void bind(SQLUSMALLINT place, const Parameter& parameter);
    long long take_result(std::span<const ColumnKind> columns, const RowSink& sink);
    void fetch_all(std::span<const ColumnKind> columns, const RowSink& sink);
    void read(SQLUSMALLINT column, ColumnKind kind, Cell& cell);
    void read_text(SQLUSMALLINT column, Cell& cell);
    void check(SQLRETURN outcome);

    SQLHSTMT statement_ = nullptr;
    std::deque<Input> inputs_;
};

// The driver's first diagnostic of a handle as an error.
StorageError odbc_error(SQLSMALLINT kind, SQLHANDLE handle);

}  // namespace jobhost::storage
