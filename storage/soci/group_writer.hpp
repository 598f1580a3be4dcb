// All writes of a process on SQLite, one transaction at a time: what arrives while a commit is under way
// shares the next one.
#pragma once

#include "storage/soci/database.hpp"
#include "storage/soci/file_lock.hpp"
#include "storage/soci/soci_session.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>

namespace jobhost::storage {

// Thread-safe.
class GroupWriter {
public:
    // `session`, `turnstile` and `clock` outlive this, and the session is used by nobody else.
    GroupWriter(SociSession& session, Turnstile& turnstile, Duration timeout, const Clock& clock)
        : session_{session}, turnstile_{turnstile}, timeout_{timeout}, clock_{clock} {}
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    // Runs `work`, on this thread or another caller's, in a transaction that others may share: what it throws
    // undoes this work alone. Returns when the transaction is durable. Waits for `patience` at most to begin,
    // however patient the others are.
    void run(Duration patience, const Work& work);
    void run(const Work& work) { run(timeout_, work); }

private:
    using Deadline = FileLock::Deadline;
    struct Request {
        const Work* work;
        Deadline deadline;
        std::exception_ptr error{};
        bool is_taken = false;
        bool is_done = false;
    };
    using Group = std::vector<Request*>;

    void lead(Request& request, std::unique_lock<std::mutex>& lock);
    std::exception_ptr enter_until(Deadline deadline) noexcept;
    void write_group(std::unique_lock<std::mutex>& lock) noexcept;
    void commit_group(const Group& group) noexcept;
    void run_each(const Group& group);
    void run_one(const Request& request);
    void run_guarded(Request& request);
    bool has_transaction();

    SociSession& session_;
    Turnstile& turnstile_;
    const Duration timeout_;
    const Clock& clock_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Request*> waiting_;
    bool is_writing_ = false;
};

}  // namespace jobhost::storage
