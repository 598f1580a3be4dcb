// A connection to one SQLite file.
#pragma once

#include <filesystem>
#include <memory>
#include <sqlite3.h>
#include <string>

namespace database {

// For one thread. Functions throw what throw_sqlite_error() throws.
class SqliteConnection {
public:
    // `path` must be absolute, so that SQLite reads neither ":memory:" nor a URI into it. `flags` as for
    // sqlite3_open_v2.
    SqliteConnection(const std::filesystem::path& path, int flags);

    void execute(const char* sql);
    // First column of the first row; empty if there is none.
    std::string text(const char* sql);
    sqlite3* handle() const noexcept { return connection_.get(); }

private:
    struct Close {
        void operator()(sqlite3* connection) const noexcept { ::sqlite3_close_v2(connection); }
    };
    std::unique_ptr<sqlite3, Close> connection_;
};

// Error "busy", "disk_full", "interrupted" or "sqlite"; FatalError "not_a_database". `what` begins the
// message. `connection`, which may be NULL, knows the system's reason.
[[noreturn]] void throw_sqlite_error(int code, sqlite3* connection, const std::string& what);

}  // namespace database
