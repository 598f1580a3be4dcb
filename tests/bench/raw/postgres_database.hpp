// PostgreSQL under measurement: each space is a schema.
#pragma once

#include "tests/bench/raw/postgres_connection.hpp"
#include "tests/bench/raw/workload.hpp"

#include <map>

namespace jobhost::bench {

class PostgresDatabase : public Database {
public:
    // `prefix`: what the names of the schemas begin with. One that is there already is not touched, but
    // refused.
    PostgresDatabase(std::string uri, std::string prefix);
    ~PostgresDatabase() override;

    void make(const std::string& space, const Shape& shape) override;
    std::unique_ptr<Connection> connect(const std::string& space, int server) override;
    void load(const std::string& space, Ballast ballast, std::int64_t count) override;
    std::optional<double> server_seconds() override;
    Writes writes(const std::string& space) override;
    int most_connections() const override { return 64; }
    std::string variation() const override { return "fused, one statement"; }
    std::string description() override;

private:
    void remove(const std::string& thing);
    std::string schema_of(const std::string& space) const { return prefix_ + "_" + space; }

    std::string uri_;
    std::string prefix_;
    PostgresSession session_;
    bool made_log_reader_;  // pg_walinspect was not there before
    bool can_read_log_;
    std::map<std::string, Shape> made_;
    std::string log_position_;
};

}  // namespace jobhost::bench
