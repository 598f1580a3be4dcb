#include "storage/soci/soci_error.hpp"

#include "storage/soci/sqlstate.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace jobhost::storage {

namespace {

using Kind = StorageError::Kind;

StorageError disk_full() {
    return {Kind::unavailable, "the disk is full; free space where the database lies"};
}

// What SOCI and SQLite say, without SOCI's own function in front.
std::string without_function(const std::string& text) {
    const auto end = text.find(": ");
    const bool has_function = text.starts_with("sqlite3_") && end != std::string::npos;
    return has_function ? text.substr(end + 2) : text;
}

// Result codes: https://www.sqlite.org/rescode.html. The low byte is the primary one.
StorageError classified_sqlite(int code, const std::string& message) {
    const std::string text = without_function(message);
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {Kind::busy, "the database is locked by another process"};
        case SQLITE_CONSTRAINT:
            return {Kind::conflict, "a rule of the schema was broken: " + text};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {Kind::corrupt,
                    "the database file is damaged or is not an SQLite database; restore it from a backup"};
        case SQLITE_FULL:
            return disk_full();
        case SQLITE_IOERR:
            // Shared memory that cannot grow: the first thing that a full disk refuses to a reader.
            if (code == SQLITE_IOERR_SHMSIZE) return disk_full();
            return {Kind::unavailable, "the database file cannot be read or written (SQLite error " +
                                           std::to_string(code) +
                                           "); check whether its disk is full, failing or limited"};
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return {Kind::unavailable,
                    "the database may not be written; check owner and mode of the file and its folder"};
        case SQLITE_CANTOPEN:
            return {Kind::unavailable,
                    "the database cannot be opened; check that its folder exists and may be written"};
        case SQLITE_TOOBIG:
        case SQLITE_MISMATCH:
            return {Kind::refused, "a value does not fit: " + text};
        default:
            return {Kind::unavailable, "database error " + std::to_string(code) + ": " + text};
    }
}

}  // namespace

StorageError classified_connection(const soci::soci_error& error) {
    const std::string text = error.get_error_message();
    constexpr std::string_view kPostgres = "Cannot establish connection to the database.\n";
    return text.starts_with(kPostgres) ? refused_connection(text.substr(kPostgres.size()))
                                       : classified(error);
}

StorageError classified(const soci::soci_error& error) {
    const std::string text = error.get_error_message();
    if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error))
        return classified_sqlite(sqlite->result(), text);
    if (const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error))
        return classified_sqlstate(postgres->sqlstate(), 0, text);
    return {Kind::unavailable, text};
}

}  // namespace jobhost::storage
