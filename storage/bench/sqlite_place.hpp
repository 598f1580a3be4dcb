// SQLite under measurement: each space is a file in a folder of its own.
#pragma once

#include "storage/bench/place.hpp"
#include "storage/bench/stored.hpp"

#include <filesystem>
#include <map>

namespace jobhost::bench {

class SqlitePlace final : public Place {
public:
    // Makes the folder, beside the database's file and thus on its disk.
    SqlitePlace(storage::StorageOptions options, const std::string& name);
    ~SqlitePlace() override;

    void make(const std::string& space, int servers) override;
    storage::StorageOptions options_of(const std::string& space) override {
        return made_.at(space).options();
    }
    std::unique_ptr<Connection> connect(const std::string& space, Contender contender, int server) override;
    void load(const std::string& space, Ballast ballast, std::int64_t count) override;
    bool has_raw() const override { return true; }
    int most_connections() const override { return 1; }
    std::optional<double> server_seconds() override { return std::nullopt; }  // there is none
    std::string description() override;
    std::string whereabouts() const override { return "the folder " + folder_.string(); }
    void remove() override;

    std::string file_of(const std::string& space) const { return folder_ / (space + ".db"); }

private:
    storage::StorageOptions options_;
    std::filesystem::path folder_;
    std::map<std::string, StoredSpace> made_;
};

}  // namespace jobhost::bench
