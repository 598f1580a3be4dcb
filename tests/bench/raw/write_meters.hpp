// What PostgreSQL and SQLite tell of what they write.
#pragma once

#include "storage/bench/postgres_session.hpp"
#include "storage/bench/sqlite_session.hpp"
#include "tests/bench/raw/costs.hpp"

#include <map>

namespace jobhost::bench {

// Reads PostgreSQL's log, so that nobody else may write to the cluster. Needs a superuser for the entries.
class PostgresMeter final : public WriteMeter {
public:
    explicit PostgresMeter(const std::string& uri);
    ~PostgresMeter() override;
    Writes read() override;

private:
    bool has_log_reader();
    bool made_log_reader();

    PostgresSession session_;
    bool made_log_reader_;  // pg_walinspect was not there before
    bool can_read_log_;
    std::string position_;
};

class SqliteMeter final : public WriteMeter {
public:
    // `session`: the one that writes; outlives this.
    explicit SqliteMeter(const SqliteSession& session) : session_{session} {}
    Writes read() override;

private:
    std::map<std::string, std::int64_t> count_entries() const;

    const SqliteSession& session_;
    std::int64_t logged_pages_ = 0;
    std::map<std::string, std::int64_t> entries_;  // of each index, at the last reading
};

}  // namespace jobhost::bench
