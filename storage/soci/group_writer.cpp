#include "storage/soci/group_writer.hpp"

#include "storage/storage_error.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>

namespace jobhost::storage {

namespace {

constexpr std::size_t kLargestGroup = 256;

std::exception_ptr out_of_time() {
    return std::make_exception_ptr(
        StorageError{StorageError::Kind::busy, "the database was locked by others until the deadline"});
}

}  // namespace

// Whoever finds nobody writing writes for all who wait, itself included; the others wait for their outcome.
void GroupWriter::run(Duration patience, const Work& work) {
    Request request{&work, std::chrono::steady_clock::now() + patience};
    std::unique_lock lock{mutex_};
    waiting_.push_back(&request);
    while (!request.is_done) {
        const auto may_go_on = [&] { return request.is_done || !is_writing_; };
        if (request.is_taken) {
            // It has begun: its outcome is worth waiting for.
            changed_.wait(lock, [&] { return request.is_done; });
        } else if (!changed_.wait_until(lock, request.deadline, may_go_on)) {
            if (request.is_taken) continue;
            std::erase(waiting_, &request);
            std::rethrow_exception(out_of_time());
        } else if (!request.is_done) {
            lead(request, lock);
        }
    }
    if (request.error) std::rethrow_exception(request.error);
}

// The group is made when the database is ours, of those whose time is not over by then. Who cannot have it in
// time leaves the lead to the next.
void GroupWriter::lead(Request& request, std::unique_lock<std::mutex>& lock) {
    is_writing_ = true;
    lock.unlock();
    const std::exception_ptr error = enter_until(request.deadline);
    lock.lock();
    if (error) {
        std::erase(waiting_, &request);
        request.error = error;
        request.is_done = true;
    } else {
        write_group(lock);
    }
    is_writing_ = false;
    changed_.notify_all();
}

// Nothing: the database is ours.
std::exception_ptr GroupWriter::enter_until(Deadline deadline) noexcept {
    try {
        return turnstile_.enter_until(deadline) ? nullptr : out_of_time();
    } catch (...) {
        return std::current_exception();
    }
}

void GroupWriter::write_group(std::unique_lock<std::mutex>& lock) noexcept {
    const std::size_t count = std::min(waiting_.size(), kLargestGroup);
    const Group group{waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count)};
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    for (Request* request : group)
        request->is_taken = true;
    lock.unlock();
    commit_group(group);
    turnstile_.leave();
    lock.lock();
    for (Request* request : group)
        request->is_done = true;
}

void GroupWriter::commit_group(const Group& group) noexcept {
    std::exception_ptr error;
    try {
        session_.execute("transaction_begin");
        run_each(group);
        session_.execute("transaction_commit");
        if (session_.take_news()) turnstile_.announce();
    } catch (...) {
        error = std::current_exception();
        session_.take_news();
        if (has_transaction()) {
            try {
                session_.execute("transaction_rollback");
            } catch (const StorageError&) {  // the connection is beyond help; the error above tells why
            }
        }
    }
    if (error)
        for (Request* request : group)
            if (!request->error) request->error = error;
}

void GroupWriter::run_each(const Group& group) {
    if (group.size() == 1) {
        run_one(*group.front());
        return;
    }
    for (Request* request : group)
        run_guarded(*request);
}

void GroupWriter::run_one(const Request& request) {
    session_.set_now(clock_.now());
    (*request.work)(session_);
}

// One bad request must not undo its group.
void GroupWriter::run_guarded(Request& request) {
    session_.execute_text("SAVEPOINT request");
    try {
        run_one(request);
        session_.execute_text("RELEASE request");
    } catch (...) {
        request.error = std::current_exception();
        // A full disk and the like end the whole transaction by themselves: then all of the group has failed.
        if (!has_transaction()) throw;
        session_.execute_text("ROLLBACK TO request");
        session_.execute_text("RELEASE request");
    }
}

bool GroupWriter::has_transaction() {
    auto* backend = static_cast<soci::sqlite3_session_backend*>(session_.raw().get_backend());
    return sqlite_api::sqlite3_get_autocommit(backend->conn_) == 0;
}

}  // namespace jobhost::storage
