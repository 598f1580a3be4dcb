#include "plugins/database/backup.hpp"

#include <jobhost/errors.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace database {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kPagesPerStep = 512;  // 2 MiB of the usual pages: a step is over before a writer minds
constexpr auto kPatience = 5s;      // with a locked source; then the job's retry policy is the better judge
constexpr auto kPause = 1ms;        // between two tries: a busy writer leaves short gaps only
constexpr int kInstructions = 10'000;  // of SQLite between two looks for a stop; below a millisecond
constexpr int kRestarts = 3;           // before the writers have to wait

// Fixes what `source` reads until the connection closes. In WAL mode that costs writers nothing; with a
// rollback journal they wait.
void hold_snapshot(SqliteConnection& source) {
    source.execute("BEGIN");
    try {
        source.text("SELECT count(*) FROM sqlite_schema");
    } catch (const jobhost::Error&) {
        source.execute("ROLLBACK");  // so that the caller may try again
        throw;
    }
}

// Does `work` until it does not find the source locked.
template <class Work>
void when_not_busy(const jobhost::JobContext& context, Work work) {
    const auto give_up = Clock::now() + kPatience;
    for (;;) {
        try {
            return work();
        } catch (const jobhost::Error& error) {
            if (error.code() != "busy" || Clock::now() >= give_up) throw;
        }
        context.wait_for(kPause);
    }
}

class Backup {
public:
    Backup(SqliteConnection& source, SqliteConnection& copy)
        : copy_(copy), backup_(::sqlite3_backup_init(copy.handle(), "main", source.handle(), "main")) {
        if (!backup_)
            throw_sqlite_error(::sqlite3_errcode(copy.handle()), copy.handle(), "cannot begin to copy");
    }

    // Copies some pages; true when all are there. Throws Error "busy" if the source is locked just now.
    bool step() {
        const int code = ::sqlite3_backup_step(backup_.get(), kPagesPerStep);
        if (code != SQLITE_OK && code != SQLITE_DONE) throw_sqlite_error(code, copy_.handle(), "cannot copy");
        return code == SQLITE_DONE;
    }
    int total() const noexcept { return ::sqlite3_backup_pagecount(backup_.get()); }
    int done() const noexcept { return total() - ::sqlite3_backup_remaining(backup_.get()); }

private:
    struct Finish {
        void operator()(sqlite3_backup* backup) const noexcept { ::sqlite3_backup_finish(backup); }
    };
    SqliteConnection& copy_;
    std::unique_ptr<sqlite3_backup, Finish> backup_;
};

}  // namespace

std::int64_t copy_database(jobhost::JobContext& context, const std::filesystem::path& source_path,
                           const std::filesystem::path& copy_path) {
    SqliteConnection source(source_path, SQLITE_OPEN_READONLY);
    SqliteConnection copy(copy_path, SQLITE_OPEN_READWRITE);
    // The copy is thrown away on any failure and synced at the end, so that SQLite needs to do neither.
    copy.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    when_not_busy(context, [&] {
        if (source.text("PRAGMA journal_mode") == "wal") hold_snapshot(source);
    });

    Backup backup(source, copy);
    int done_before = 0;
    int restarts = 0;
    bool is_complete = false;
    while (!is_complete) {
        context.check();
        when_not_busy(context, [&] { is_complete = backup.step(); });
        const int done = backup.done();
        // A writer has changed pages that were copied already, and SQLite began again.
        if (done <= done_before && ++restarts == kRestarts && ::sqlite3_get_autocommit(source.handle()))
            when_not_busy(context, [&] { hold_snapshot(source); });
        done_before = done;
        if (backup.total() > 0)
            context.progress(static_cast<double>(done) / backup.total(),
                             std::to_string(done) + " of " + std::to_string(backup.total()) + " pages");
    }
    return backup.total();
}

void verify_database(const jobhost::JobContext& context, const std::filesystem::path& copy_path) {
    // Not read-only: that would leave the log files of a WAL database behind.
    SqliteConnection copy(copy_path, SQLITE_OPEN_READWRITE);
    const auto stop_requested = [](void* run) {
        return static_cast<const jobhost::JobContext*>(run)->stop_requested() ? 1 : 0;
    };
    ::sqlite3_progress_handler(copy.handle(), kInstructions, stop_requested,
                               const_cast<jobhost::JobContext*>(&context));
    std::string verdict;
    try {
        verdict = copy.text("PRAGMA integrity_check");
    } catch (const jobhost::Error&) {
        context.check();  // the stop is the cause, not the error
        throw;
    }
    if (verdict != "ok") throw jobhost::Error("damaged", "the copy is damaged: " + verdict);
}

}  // namespace database
