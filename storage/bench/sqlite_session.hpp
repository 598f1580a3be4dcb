// A connection to a SQLite file, and statements that are prepared once.
#pragma once

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace jobhost::bench {

// Throws std::runtime_error. Used by one thread.
class SqliteSession {
public:
    // Opens or creates a file, with write-ahead log and synchronous=FULL.
    explicit SqliteSession(const std::string& path);

    // Runs any number of statements whose rows are of no interest.
    void run(const std::string& statements);
    sqlite3* handle() const { return handle_.get(); }
    // How many pages all commits of this connection have appended to the log.
    std::int64_t logged_pages() const { return logged_pages_; }

private:
    static int on_commit(void* self, sqlite3* handle, const char* schema, int pages);

    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> handle_;
    std::int64_t logged_pages_ = 0;
    int pages_in_log_ = 0;
};

// Must not outlive its session.
class SqliteStatement {
public:
    SqliteStatement(const SqliteSession& session, std::string_view text);

    // Bind to ?1, ?2, ...; a text must stay until the statement has been run.
    SqliteStatement& bind(int number, std::int64_t value);
    SqliteStatement& bind(int number, std::string_view text);
    // Goes to the next row; false, and ready to be run again, when there is none.
    bool next();
    std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
    std::string_view text(int column) const;
    // Runs it to its end; how many rows it changed.
    int run();

private:
    sqlite3* handle_;
    std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement_;
};

}  // namespace jobhost::bench
