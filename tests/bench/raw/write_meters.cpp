#include "tests/bench/raw/write_meters.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace jobhost::bench {

namespace {

constexpr double kBytesOfLoggedPage = 4096 + 24;  // with its header in the log

double number(std::string_view text) {
    return std::stod(std::string{text});
}

}  // namespace

PostgresMeter::PostgresMeter(const std::string& uri)
    : session_{uri, "pg_catalog"}, made_log_reader_{made_log_reader()}, can_read_log_{has_log_reader()} {}

PostgresMeter::~PostgresMeter() {
    if (!made_log_reader_) return;
    try {
        session_.run("DROP EXTENSION pg_walinspect");
    } catch (const std::runtime_error& error) {
        std::cerr << "raw_bench: left behind, DROP EXTENSION pg_walinspect: " << error.what() << '\n';
    }
}

bool PostgresMeter::has_log_reader() {
    return session_.run("SELECT FROM pg_extension WHERE extname = 'pg_walinspect'").size() > 0;
}

// Only a superuser may make it; without it there are fewer figures.
bool PostgresMeter::made_log_reader() {
    if (has_log_reader()) return false;
    try {
        session_.run("CREATE EXTENSION pg_walinspect SCHEMA pg_catalog");
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

Writes PostgresMeter::read() {
    const std::string now{session_.run("SELECT pg_current_wal_flush_lsn()").bytes(0, 0)};
    Writes writes;
    if (!position_.empty() && position_ != now) {
        const std::string range = "'" + position_ + "', '" + now + "'";
        writes.log_bytes =
            number(session_.run("SELECT pg_wal_lsn_diff('" + now + "', '" + position_ + "')").bytes(0, 0));
        if (can_read_log_) {
            // Each insertion into a leaf page is one of these records.
            const PostgresRows rows = session_.run(
                "SELECT COALESCE(sum(count) FILTER (WHERE \"resource_manager/record_type\" IN"
                " ('Btree/INSERT_LEAF', 'Btree/INSERT_POST', 'Btree/SPLIT_L', 'Btree/SPLIT_R')), 0),"
                " COALESCE(sum(fpi_size), 0) FROM pg_get_wal_stats(" +
                range + ", true)");
            writes.index_entries = number(rows.bytes(0, 0));
            writes.page_image_bytes = number(rows.bytes(0, 1));
        }
    }
    position_ = now;
    return writes;
}

Writes SqliteMeter::read() {
    auto entries = count_entries();
    double added = 0;
    for (const auto& [name, count] : entries)
        added += static_cast<double>(std::max<std::int64_t>(0, count - entries_[name]));
    const auto pages = static_cast<double>(session_.logged_pages() - logged_pages_);
    entries_ = std::move(entries);
    logged_pages_ = session_.logged_pages();
    return {
        .index_entries = added, .log_bytes = pages * kBytesOfLoggedPage, .page_image_bytes = std::nullopt};
}

// SQLite removes an entry at once, so that the growth of an index during one kind of work is what was put
// into it.
std::map<std::string, std::int64_t> SqliteMeter::count_entries() const {
    std::map<std::string, std::int64_t> entries;
    SqliteStatement indexes{session_,
                            "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND"
                            " tbl_name = 'job' AND sql IS NOT NULL"};
    while (indexes.next()) {
        const std::string name{indexes.text(0)}, table{indexes.text(1)}, text{indexes.text(2)};
        const std::size_t where = text.find(" WHERE ");
        SqliteStatement count{session_, "SELECT count(*) FROM " + table + " INDEXED BY " + name +
                                            (where == std::string::npos ? "" : text.substr(where))};
        count.next();
        entries[name] = count.number(0);
    }
    return entries;
}

}  // namespace jobhost::bench
