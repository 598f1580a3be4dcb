// PostgreSQL under measurement: each space is a schema.
#pragma once

#include "storage/bench/place.hpp"
#include "storage/bench/postgres_session.hpp"
#include "storage/bench/stored.hpp"

#include <map>

namespace jobhost::bench {

class PostgresPlace final : public Place {
public:
    PostgresPlace(storage::StorageOptions options, std::string name);
    ~PostgresPlace() override;

    void make(const std::string& space, int servers) override;
    storage::StorageOptions options_of(const std::string& space) override {
        return made_.at(space).value().options();
    }
    std::unique_ptr<Connection> connect(const std::string& space, Contender contender, int server) override;
    void load(const std::string& space, Ballast ballast, std::int64_t count) override;
    bool has_raw() const override { return true; }
    int most_connections() const override { return 64; }
    std::optional<double> server_seconds() override;
    std::string description() override;
    std::string whereabouts() const override { return "the schemas " + name_ + "_*"; }
    void remove() override;

private:
    std::string schema_of(const std::string& space) const { return name_ + "_" + space; }

    storage::StorageOptions options_;
    std::string name_;
    PostgresSession session_;
    std::map<std::string, std::optional<StoredSpace>> made_;
};

}  // namespace jobhost::bench
