#include "tests/bench/raw/postgres_database.hpp"

#include "tests/bench/raw/cpu_time.hpp"
#include "tests/bench/raw/postgres_store.hpp"
#include "tests/bench/raw/postgres_tables.hpp"

#include <iostream>

namespace jobhost::bench {

namespace {

// Only a superuser may make it; without it there are fewer figures.
bool make_log_reader(PostgresSession& session) {
    try {
        session.run("CREATE EXTENSION pg_walinspect SCHEMA pg_catalog");
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

bool has_log_reader(PostgresSession& session) {
    return session.run("SELECT FROM pg_extension WHERE extname = 'pg_walinspect'").size() > 0;
}

}  // namespace

PostgresDatabase::PostgresDatabase(std::string uri, std::string prefix)
    : uri_{std::move(uri)},
      prefix_{std::move(prefix)},
      session_{uri_, "pg_catalog"},
      made_log_reader_{!has_log_reader(session_) && make_log_reader(session_)},
      can_read_log_{has_log_reader(session_)} {}

PostgresDatabase::~PostgresDatabase() {
    for (const auto& [space, shape] : made_)
        remove("SCHEMA " + schema_of(space) + " CASCADE");
    if (made_log_reader_) remove("EXTENSION pg_walinspect");
}

void PostgresDatabase::remove(const std::string& thing) {
    try {
        session_.run("DROP " + thing);
    } catch (const std::runtime_error& error) {
        std::cerr << "raw_bench: left behind, DROP " << thing << ": " << error.what() << '\n';
    }
}

void PostgresDatabase::make(const std::string& space, const Shape& shape) {
    const std::string schema = schema_of(space);
    if (made_.contains(space))
        session_.run("DROP SCHEMA " + schema + " CASCADE");
    else if (session_.run("SELECT FROM pg_namespace WHERE nspname = '" + schema + "'").size() > 0)
        throw std::runtime_error{"the schema " + schema + " exists; drop it or give another --schema"};
    std::string statements = "BEGIN; CREATE SCHEMA " + schema + "; SET LOCAL search_path = " + schema + ";";
    statements += kPostgresTables;
    statements += "ALTER TABLE job SET (fillfactor = " + std::to_string(shape.fillfactor) + ");";
    if (shape.tables == Tables::with_history) statements += kPostgresHistory;
    session_.run(statements + "COMMIT;");
    made_[space] = shape;
}

std::unique_ptr<Connection> PostgresDatabase::connect(const std::string& space, int server) {
    return std::make_unique<PostgresStore>(uri_, schema_of(space), made_.at(space), server);
}

void PostgresDatabase::load(const std::string& space, Ballast ballast, std::int64_t count) {
    const Shape& shape = made_.at(space);
    const std::string schema = schema_of(space);
    const bool past = ballast == Ballast::retained && shape.tables == Tables::with_history;
    if (ballast != Ballast::none)
        session_.run(
            "INSERT INTO " + schema + (past ? ".job_history" : ".job") +
            " (id, order_key, created_at, enqueued_at, policy, priority, arguments, lane, state, due_at,"
            " server, lease, finished_at) SELECT n, n, n, n, 1, 0, repeat('x', " +
            std::to_string(shape.argument_bytes) + "), " + columns_of(ballast, shape) +
            " FROM generate_series(1000000001, " + std::to_string(1'000'000'000 + count) + ") AS n");
    session_.run("VACUUM (ANALYZE) " + schema + ".job");
    if (past) session_.run("VACUUM (ANALYZE) " + schema + ".job_history");
    session_.run("CHECKPOINT");
}

std::optional<double> PostgresDatabase::server_seconds() {
    const std::string backend{session_.run("SELECT pg_backend_pid()").bytes(0, 0)};
    return family_seconds(std::stoi(backend), "postgres");
}

Writes PostgresDatabase::writes(const std::string&) {
    const std::string now{session_.run("SELECT pg_current_wal_flush_lsn()").bytes(0, 0)};
    Writes writes;
    const auto number = [](std::string_view text) { return std::stod(std::string{text}); };
    if (!log_position_.empty() && log_position_ != now) {
        const std::string range = "'" + log_position_ + "', '" + now + "'";
        writes.log_bytes = number(
            session_.run("SELECT pg_wal_lsn_diff('" + now + "', '" + log_position_ + "')").bytes(0, 0));
        if (can_read_log_) {
            // Each insertion into a leaf page is one of these records.
            const PostgresRows rows = session_.run(
                "SELECT COALESCE(sum(count) FILTER (WHERE \"resource_manager/record_type\" IN "
                "('Btree/INSERT_LEAF',"
                " 'Btree/INSERT_POST', 'Btree/SPLIT_L', 'Btree/SPLIT_R')), 0), COALESCE(sum(fpi_size), 0)"
                " FROM pg_get_wal_stats(" +
                range + ", true)");
            writes.index_entries = number(rows.bytes(0, 0));
            writes.page_image_bytes = number(rows.bytes(0, 1));
        }
    }
    log_position_ = now;
    return writes;
}

std::string PostgresDatabase::description() {
    return "PostgreSQL " + std::string{session_.run("SHOW server_version").bytes(0, 0)} +
           ", synchronous_commit=on, fsync=" + std::string{session_.run("SHOW fsync").bytes(0, 0)};
}

}  // namespace jobhost::bench
