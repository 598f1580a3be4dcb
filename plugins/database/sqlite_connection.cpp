#include "plugins/database/sqlite_connection.hpp"

#include <jobhost/errors.hpp>

#include <cerrno>
#include <string_view>

namespace database {

namespace {

bool is_disk_full(int code, sqlite3* connection) {
    if ((code & 0xFF) == SQLITE_FULL) return true;
    if ((code & 0xFF) != SQLITE_IOERR || !connection) return false;
    // A backup step leaves the system's reason in errno only.
    const int kept = ::sqlite3_system_errno(connection);
    const int reason = kept != 0 ? kept : errno;
    return reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
}

}  // namespace

void throw_sqlite_error(int code, sqlite3* connection, const std::string& what) {
    // First, because it looks at errno.
    if (is_disk_full(code, connection)) throw jobhost::Error("disk_full", what + ": the disk is full");
    const std::string message = what + ": " + ::sqlite3_errstr(code);
    switch (code & 0xFF) {
        case SQLITE_NOTADB:
            throw jobhost::FatalError("not_a_database", message);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw jobhost::Error("busy", message);
        case SQLITE_INTERRUPT:
            throw jobhost::Error("interrupted", message);
        case SQLITE_NOMEM:
            throw std::bad_alloc();
        default:
            throw jobhost::Error("sqlite", message);
    }
}

SqliteConnection::SqliteConnection(const std::filesystem::path& path, int flags) {
    sqlite3* opened = nullptr;
    const int code = ::sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    connection_.reset(opened);
    if (code != SQLITE_OK) throw_sqlite_error(code, opened, "cannot open " + path.string());
    ::sqlite3_extended_result_codes(opened, 1);
}

void SqliteConnection::execute(const char* sql) {
    const int code = ::sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw_sqlite_error(code, handle(), sql);
}

std::string SqliteConnection::text(const char* sql) {
    std::string answer;
    const auto keep_first = [](void* out, int columns, char** values, char**) {
        if (columns > 0 && values[0]) *static_cast<std::string*>(out) = values[0];
        return 1;  // enough
    };
    const int code = ::sqlite3_exec(handle(), sql, keep_first, &answer, nullptr);
    if (code != SQLITE_OK && code != SQLITE_ABORT) throw_sqlite_error(code, handle(), sql);
    return answer;
}

}  // namespace database
