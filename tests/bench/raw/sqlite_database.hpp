// SQLite under measurement: each space is a file.
#pragma once

#include "tests/bench/raw/sqlite_connection.hpp"
#include "tests/bench/raw/workload.hpp"

#include <map>

namespace jobhost::bench {

class SqliteDatabase : public Database {
public:
    // `path`: what the names of the files begin with. A file that is there already is not touched, but
    // refused.
    explicit SqliteDatabase(std::string path) : path_{std::move(path)} {}
    ~SqliteDatabase() override;

    void make(const std::string& space, const Shape& shape) override;
    std::unique_ptr<Connection> connect(const std::string& space, int server) override;
    void load(const std::string& space, Ballast ballast, std::int64_t count) override;
    std::optional<double> server_seconds() override { return std::nullopt; }  // there is none
    Writes writes(const std::string& space) override;
    int most_connections() const override { return 1; }
    std::string variation() const override { return "fused, row by row"; }
    std::string description() override;

private:
    struct Space {
        Shape shape;
        std::unique_ptr<SqliteSession> session;
        std::int64_t logged_pages = 0;
        std::map<std::string, std::int64_t> entries;  // of each table and index, at the last reading
    };
    std::string file_of(const std::string& space) const { return path_ + "-" + space; }
    static std::map<std::string, std::int64_t> count_entries(const SqliteSession& session);

    std::string path_;
    std::map<std::string, Space> made_;
};

}  // namespace jobhost::bench
