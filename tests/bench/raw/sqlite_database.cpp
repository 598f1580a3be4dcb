#include "tests/bench/raw/sqlite_database.hpp"

#include "tests/bench/raw/sqlite_store.hpp"
#include "tests/bench/raw/sqlite_tables.hpp"

#include <filesystem>
#include <stdexcept>

namespace jobhost::bench {

namespace {

constexpr double kBytesOfLoggedPage = 4096 + 24;  // with its header in the log

void remove_file(const std::string& file) {
    for (const char* ending : {"", "-wal", "-shm"})
        std::filesystem::remove(file + ending);
}

// The table of finished jobs has the columns of the table of all jobs.
void make_history(SqliteSession& session) {
    SqliteStatement read{session, "SELECT sql FROM sqlite_schema WHERE name = 'job'"};
    read.next();
    std::string text{read.text(0)};
    read.next();
    const std::string named = "CREATE TABLE job";
    session.run(text.replace(0, named.size(), named + "_history"));
    session.run(kSqliteHistoryIndexes);
}

}  // namespace

SqliteDatabase::~SqliteDatabase() {
    for (auto& [space, made] : made_) {
        made.session.reset();
        remove_file(file_of(space));
    }
}

void SqliteDatabase::make(const std::string& space, const Shape& shape) {
    const std::string file = file_of(space);
    if (made_.erase(space) > 0)
        remove_file(file);
    else if (std::filesystem::exists(file))
        throw std::runtime_error{"the file " + file + " exists; remove it or give another path"};
    Space& made = made_[space];
    made.shape = shape;
    made.session = std::make_unique<SqliteSession>(file);
    made.session->run(kSqliteTables);
    if (shape.tables == Tables::with_history) make_history(*made.session);
}

std::unique_ptr<Connection> SqliteDatabase::connect(const std::string& space, int server) {
    Space& made = made_.at(space);
    return std::make_unique<SqliteStore>(*made.session, made.shape, server);
}

void SqliteDatabase::load(const std::string& space, Ballast ballast, std::int64_t count) {
    Space& made = made_.at(space);
    const bool past = ballast == Ballast::retained && made.shape.tables == Tables::with_history;
    if (ballast != Ballast::none)
        made.session->run(
            "WITH RECURSIVE series (n) AS (SELECT 1000000001 UNION ALL SELECT n + 1 FROM series WHERE n < " +
            std::to_string(1'000'000'000 + count) + ") INSERT INTO " + (past ? "job_history" : "job") +
            " (id, order_key, created_at, enqueued_at, policy, priority, arguments, lane, state, due_at, "
            "server, lease,"
            " finished_at) SELECT n, n, n, n, 1, 0, hex(zeroblob(" +
            std::to_string(made.shape.argument_bytes / 2) + ")), " + columns_of(ballast, made.shape) +
            " FROM series");
    made.session->run("PRAGMA wal_checkpoint(TRUNCATE)");
}

Writes SqliteDatabase::writes(const std::string& space) {
    Space& made = made_.at(space);
    auto entries = count_entries(*made.session);
    double added = 0;
    for (const auto& [name, count] : entries)
        added += static_cast<double>(std::max<std::int64_t>(0, count - made.entries[name]));
    const auto pages = static_cast<double>(made.session->logged_pages() - made.logged_pages);
    made.entries = std::move(entries);
    made.logged_pages = made.session->logged_pages();
    return {
        .index_entries = added, .log_bytes = pages * kBytesOfLoggedPage, .page_image_bytes = std::nullopt};
}

// SQLite removes an entry at once, so that the growth of an index during one kind of work is what was put
// into it.
std::map<std::string, std::int64_t> SqliteDatabase::count_entries(const SqliteSession& session) {
    std::map<std::string, std::int64_t> entries;
    SqliteStatement indexes{session,
                            "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND"
                            " tbl_name LIKE 'job%' AND sql IS NOT NULL"};
    while (indexes.next()) {
        const std::string name{indexes.text(0)}, table{indexes.text(1)}, text{indexes.text(2)};
        const std::size_t where = text.find(" WHERE ");
        SqliteStatement count{session, "SELECT count(*) FROM " + table + " INDEXED BY " + name +
                                           (where == std::string::npos ? "" : text.substr(where))};
        count.next();
        entries[name] = count.number(0);
    }
    return entries;
}

std::string SqliteDatabase::description() {
    return std::string{"SQLite "} + sqlite3_libversion() + ", journal_mode=WAL, synchronous=FULL";
}

}  // namespace jobhost::bench
