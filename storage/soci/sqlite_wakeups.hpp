// News of commits by way of inotify(7) on the file that writers touch after each one.
#pragma once

#include "storage/storage.hpp"

#include <filesystem>

namespace jobhost::storage {

class SqliteWakeups final : public Wakeups {
public:
    // Throws StorageError.
    explicit SqliteWakeups(const std::filesystem::path& signal_file);
    ~SqliteWakeups() override;
    SqliteWakeups(const SqliteWakeups&) = delete;
    SqliteWakeups& operator=(const SqliteWakeups&) = delete;

    int descriptor() const noexcept override { return descriptor_; }
    bool drain() noexcept override;

private:
    int descriptor_;
};

}  // namespace jobhost::storage
