// A database over ODBC, through jobhost's stores alone: each space is a schema.
#pragma once

#include "storage/bench/place.hpp"
#include "storage/bench/stored.hpp"

#include <map>

namespace jobhost::bench {

class OdbcPlace final : public Place {
public:
    OdbcPlace(storage::StorageOptions options, std::string name);
    ~OdbcPlace() override;

    void make(const std::string& space, int servers) override;
    std::unique_ptr<Connection> connect(const std::string& space, Contender, int) override {
        return made_.at(space).value().connect();
    }
    void load(const std::string& space, Ballast ballast, std::int64_t count) override;
    bool has_raw() const override { return false; }
    int most_connections() const override { return 64; }
    std::optional<double> server_seconds() override { return std::nullopt; }
    std::string description() override;
    std::string whereabouts() const override { return "the schemas " + name_ + "_*"; }
    void remove() override;

private:
    std::string schema_of(const std::string& space) const { return name_ + "_" + space; }

    storage::StorageOptions options_;
    std::string name_;
    std::map<std::string, std::optional<StoredSpace>> made_;
};

}  // namespace jobhost::bench
