// A lock between processes that is waited for, with a deadline.
#pragma once

#include <chrono>
#include <filesystem>

namespace jobhost::storage {

// Held by one process at a time; freed by the kernel when that process ends. Not thread-safe.
class FileLock {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    // Creates the file if need be, readable by its owner alone. Throws StorageError.
    explicit FileLock(const std::filesystem::path& path);
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();

    // False when the deadline came first.
    bool lock_until(Deadline deadline);
    void unlock() noexcept;
    // Changes the file's times, which those who watch the file are told of.
    void touch() noexcept;

private:
    int descriptor_;
};

// Who wants to write takes `next`, then `main`, and lets go of `next`. So a process that writes all the time
// cannot take `main` again before one that waits at `next` had its turn.
class Turnstile {
public:
    explicit Turnstile(const std::filesystem::path& database);

    bool enter_until(FileLock::Deadline deadline);
    void leave() noexcept { main_.unlock(); }

    // Tells watchers of signal_file() that something was committed. To be called after the commit: changes of
    // the database file itself are seen before what they contain can be read.
    void announce() noexcept { main_.touch(); }
    static std::filesystem::path signal_file(const std::filesystem::path& database);
    static std::filesystem::path waiting_file(const std::filesystem::path& database);

private:
    FileLock next_;
    FileLock main_;
};

}  // namespace jobhost::storage
