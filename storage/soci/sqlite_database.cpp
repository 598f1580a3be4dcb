#include "storage/soci/sqlite_database.hpp"

#include "storage/soci/database_file.hpp"

#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>

namespace jobhost::storage {

namespace {

constexpr int kMostReaders = 4;

const std::filesystem::path& prepared(const std::filesystem::path& file) {
    make_database_file(file);
    return file;
}

}  // namespace

SqliteDatabase::SqliteDatabase(std::filesystem::path file, Duration timeout, const Clock& clock)
    : file_{prepared(file)},
      timeout_{timeout},
      clock_{clock},
      catalog_{"sqlite", {.schema = {}, .timeout = timeout}},
      turnstile_{file_},
      opened_{file_id()},
      writing_{open_session()},
      writer_{*writing_, turnstile_, timeout_, clock_} {}

std::unique_ptr<SociSession> SqliteDatabase::open_session() {
    try {
        return new_session();
    } catch (const StorageError& error) {
        if (error.kind() == StorageError::Kind::busy) throw locked_database(file_);
        throw StorageError{error.kind(), "cannot open the database " + file_.string() + ": " + error.what()};
    }
}

std::unique_ptr<SociSession> SqliteDatabase::new_session() {
    // Each connection is used by one thread at a time; so SQLite need not lock a mutex for each value that it
    // hands over. Has an effect only before the first connection of the process.
    static const int once = sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    static_cast<void>(once);
    auto session =
        std::make_unique<SociSession>(*soci::factory_sqlite3(), "db=\"" + file_.string() + "\"", catalog_);
    auto* backend = static_cast<soci::sqlite3_session_backend*>(session->raw().get_backend());
    sqlite_api::sqlite3_extended_result_codes(backend->conn_, 1);
    for (const std::string& setting : catalog_.session_setup())
        session->execute_text(setting);
    ensure_wal(*session);
    return session;
}

// Two programs that both make a new database may not wait for each other here: SQLite ends one of them at
// once, whatever its busy_timeout. So they take turns.
void SqliteDatabase::ensure_wal(SociSession& session) {
    const auto is_wal = [&](const std::string& pragma) {
        const auto mode = session.rows_of_text<std::string>(pragma);
        return !mode.empty() && std::get<0>(mode.front()) == "wal";
    };
    if (is_wal("PRAGMA journal_mode")) return;
    if (!turnstile_.enter_until(std::chrono::steady_clock::now() + timeout_))
        throw StorageError{StorageError::Kind::busy, "it was locked by others until the deadline"};
    bool is_done = false;
    try {
        is_done = is_wal("PRAGMA journal_mode = WAL");
    } catch (...) {
        turnstile_.leave();
        throw;
    }
    turnstile_.leave();
    if (!is_done) throw StorageError{StorageError::Kind::unavailable, "it cannot be put into WAL mode"};
}

SqliteDatabase::FileId SqliteDatabase::file_id() const noexcept {
    struct stat info {};
    if (::stat(file_.c_str(), &info) != 0) return {};
    return {info.st_dev, info.st_ino};
}

void SqliteDatabase::check_file() const {
    if (file_id() == opened_) return;
    throw StorageError{StorageError::Kind::unavailable,
                       "the database " + file_.string() +
                           " was removed or replaced while it was in use; start jobhost again"};
}

void SqliteDatabase::write_within(Duration patience, const Work& work) {
    check_file();
    try {
        writer_.run(std::min(timeout_, patience), work);
    } catch (const StorageError& error) {
        if (error.kind() != StorageError::Kind::busy) throw;
        throw locked_database(file_);
    }
}

void SqliteDatabase::read(const Work& work) {
    check_file();
    auto reader = take_reader();
    try {
        reader->execute("transaction_begin_reading");
        reader->set_now(clock_.now());
        work(*reader);
        reader->execute("transaction_commit");
    } catch (...) {
        // A reader in doubt is not used again.
        reader.reset();
        give_back(nullptr);
        throw;
    }
    give_back(std::move(reader));
}

std::unique_ptr<SociSession> SqliteDatabase::take_reader() {
    {
        std::unique_lock lock{readers_mutex_};
        if (!reader_given_back_.wait_for(
                lock, timeout_, [this] { return !idle_readers_.empty() || readers_ < kMostReaders; }))
            throw StorageError{StorageError::Kind::busy, "all connections were in use until the deadline"};
        if (!idle_readers_.empty()) {
            auto reader = std::move(idle_readers_.back());
            idle_readers_.pop_back();
            return reader;
        }
        ++readers_;
    }
    try {
        return open_session();
    } catch (...) {
        give_back(nullptr);
        throw;
    }
}

void SqliteDatabase::give_back(std::unique_ptr<SociSession> reader) {
    {
        const std::lock_guard lock{readers_mutex_};
        if (reader)
            idle_readers_.push_back(std::move(reader));
        else
            --readers_;
    }
    reader_given_back_.notify_one();
}

}  // namespace jobhost::storage
