// All writes of a process on SQLite, on one thread: what arrives while a commit is under way shares the next
// one.
#pragma once

#include "storage/soci/database.hpp"
#include "storage/soci/file_lock.hpp"
#include "storage/soci/soci_session.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace jobhost::storage {

// Thread-safe.
class GroupWriter {
public:
    // `session` and `turnstile` are used by the writer's own thread alone from now on, and must outlive it.
    GroupWriter(SociSession& session, Turnstile& turnstile, Duration timeout, const Clock& clock);
    ~GroupWriter();
    GroupWriter(const GroupWriter&) = delete;
    GroupWriter& operator=(const GroupWriter&) = delete;

    // Runs `work` on the writer's thread, in a transaction that others may share: what it throws undoes this
    // work alone. Returns when the transaction is durable. Waits for `patience` at most to begin.
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

    void loop();
    Group take_group();
    void commit_group(const Group& group) noexcept;
    void run_each(const Group& group);
    void run_one(const Request& request);
    void run_guarded(Request& request);
    bool has_transaction();
    void finish(const Group& group) noexcept;

    SociSession& session_;
    Turnstile& turnstile_;
    const Duration timeout_;
    const Clock& clock_;

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable finished_;
    std::deque<Request*> waiting_;
    bool is_stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace jobhost::storage
