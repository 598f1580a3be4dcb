// A database over ODBC, through jobhost's stores alone: each space is a schema, or, on SQL Server, where
// jobhost's tables lie in the schema of their user, a database.
#pragma once

#include "storage/bench/place.hpp"
#include "storage/bench/stored.hpp"

#include <map>
#include <string_view>

namespace jobhost::bench {

// A connection string for ODBC that leads to `database`, whatever it led to before.
std::string with_database(std::string_view connection, const std::string& database);

class OdbcPlace final : public Place {
public:
    OdbcPlace(storage::StorageOptions options, std::string name);
    ~OdbcPlace() override;

    void make(const std::string& space, int servers) override;
    storage::StorageOptions options_of(const std::string& space) override {
        return made_.at(space).value().options();
    }
    std::unique_ptr<Connection> connect(const std::string& space, Contender, int) override {
        return made_.at(space).value().connect();
    }
    void load(const std::string& space, Ballast ballast, std::int64_t count) override;
    bool has_raw() const override { return false; }
    int most_connections() const override { return 64; }
    std::optional<double> server_seconds() override { return std::nullopt; }
    std::string description() override;
    std::string whereabouts() const override {
        return (makes_databases_ ? "the databases " : "the schemas ") + name_ + "_*";
    }
    void remove() override;

private:
    storage::StorageOptions options_;
    std::string name_;
    bool makes_databases_;  // SQL Server
    std::map<std::string, std::optional<StoredSpace>> made_;
};

}  // namespace jobhost::bench
