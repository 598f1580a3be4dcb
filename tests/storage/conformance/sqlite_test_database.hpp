// A SQLite file that lives as long as its test.
#pragma once

#include "tests/storage/conformance/test_database.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace jobhost::storage {

// Lies in memory where the machine has such a folder: the suite says what a store does, not what a disk
// survives, and a durable commit on a slow disk takes longer than a whole case.
class SqliteTestDatabase final : public TestDatabase {
public:
    SqliteTestDatabase() {
        const std::filesystem::path memory = "/dev/shm";
        const bool has_memory = std::filesystem::is_directory(memory);
        std::string pattern =
            (has_memory ? memory : std::filesystem::temp_directory_path()) / "jobhost-test-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
        folder_ = pattern;
    }
    ~SqliteTestDatabase() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    std::unique_ptr<Storage> open(const Clock& clock) override {
        return open_storage({.url = "sqlite:" + (folder_ / "test.db").string()}, &clock);
    }

private:
    std::filesystem::path folder_;
};

}  // namespace jobhost::storage
