#include "storage/bench/sqlite_session.hpp"

#include <stdexcept>

namespace jobhost::bench {

namespace {

void check(int code, sqlite3* handle) {
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
    throw std::runtime_error{handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code)};
}

constexpr int kCheckpointPages = 1000;  // SQLite's own default

}  // namespace

SqliteSession::SqliteSession(const std::string& path) : handle_{nullptr, sqlite3_close} {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open(path.c_str(), &handle);
    handle_.reset(handle);
    check(code, handle);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;"
        " PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 10000");
    sqlite3_wal_hook(handle, on_commit, this);
}

int SqliteSession::on_commit(void* self, sqlite3* handle, const char* schema, int pages) {
    auto& session = *static_cast<SqliteSession*>(self);
    const bool begun_anew = pages < session.pages_in_log_;
    session.logged_pages_ += begun_anew ? pages : pages - session.pages_in_log_;
    session.pages_in_log_ = pages;
    // Setting a hook of one's own takes the place of the automatic checkpoint.
    if (pages >= kCheckpointPages)
        sqlite3_wal_checkpoint_v2(handle, schema, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    return SQLITE_OK;
}

void SqliteSession::run(const std::string& statements) {
    check(sqlite3_exec(handle_.get(), statements.c_str(), nullptr, nullptr, nullptr), handle_.get());
}

SqliteStatement::SqliteStatement(const SqliteSession& session, std::string_view text)
    : handle_{session.handle()}, statement_{nullptr, sqlite3_finalize} {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(handle_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT,
                             &statement, nullptr),
          handle_);
    statement_.reset(statement);
}

SqliteStatement& SqliteStatement::bind(int number, std::int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), number, value), handle_);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int number, std::string_view text) {
    check(sqlite3_bind_text(statement_.get(), number, text.data(), static_cast<int>(text.size()),
                            SQLITE_STATIC),
          handle_);
    return *this;
}

bool SqliteStatement::next() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    check(sqlite3_reset(statement_.get()), handle_);
    return false;
}

std::string_view SqliteStatement::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return bytes == nullptr ? std::string_view{} : bytes;
}

int SqliteStatement::run() {
    while (next()) {
    }
    return sqlite3_changes(handle_);
}

}  // namespace jobhost::bench
