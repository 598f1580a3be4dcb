#include "storage/soci/pooled_database.hpp"

#include <algorithm>
#include <thread>

namespace jobhost::storage {

namespace {

using namespace std::chrono_literals;
using Kind = StorageError::Kind;

constexpr int kMostConnections = 8;
// So many that the connections of all hosts and programs seldom meet in one.
constexpr unsigned kCounterSlots = 255;
constexpr Duration kFirstAttemptPause = 50ms;
constexpr Duration kLongestAttemptPause = 2s;
// A row that breaks a rule by itself does so each time.
constexpr int kMostConflicts = 2;
constexpr Duration kFirstConflictPause = 1ms;
constexpr Duration kLongestConflictPause = 200ms;
constexpr Duration kFirstDoubtPause = 50ms;
constexpr Duration kLongestDoubtPause = 1s;

Duration left_until(std::chrono::steady_clock::time_point deadline) {
    return std::chrono::ceil<Duration>(deadline - std::chrono::steady_clock::now());
}

// In place of what the driver says of a connection that was shut down here.
StorageError out_of_time() {
    return {Kind::unavailable,
            "the database did not answer until the deadline; check that its server runs and that no session "
            "holds locks on our tables, or raise storage.timeout"};
}

}  // namespace

void PooledDatabase::read(const Work& work) {
    run(work, Access::read, std::chrono::steady_clock::now() + timeout_);
}

void PooledDatabase::glance(const Work& work) {
    run(work, Access::glance, std::chrono::steady_clock::now() + timeout_);
}

// Two transactions that wait for each other: the database ends one of them, which tries again a little later.
// Two that both look for a row, find none and insert it: the second finds it when it looks again.
void PooledDatabase::write_within(Duration patience, const Work& work) {
    const Deadline deadline = std::chrono::steady_clock::now() + std::min(timeout_, patience);
    int conflicts = 0;
    for (Duration pause = kFirstConflictPause;; pause = std::min(pause * 2, kLongestConflictPause)) {
        try {
            return run(work, Access::write, deadline);
        } catch (const StorageError& error) {
            const Duration wait = jittered(pause);
            const bool may_pass = error.kind() == Kind::busy ||
                                  (error.kind() == Kind::conflict && conflicts++ < kMostConflicts);
            if (!may_pass || left_until(deadline) <= wait) throw;
            std::this_thread::sleep_for(wait);
        }
    }
}

// Once in doubt, a server that cannot be reached is waited for: it may be starting again.
void PooledDatabase::write_repeatedly(const Work& work) {
    const Deadline deadline = std::chrono::steady_clock::now() + timeout_;
    bool is_in_doubt = false;
    for (Duration pause = kFirstDoubtPause;; pause = std::min(pause * 2, kLongestDoubtPause)) {
        try {
            return write_within(left_until(deadline), work);
        } catch (const OutcomeUnknown&) {
            is_in_doubt = true;
            if (left_until(deadline) <= pause) throw;
        } catch (const StorageError& error) {
            if (!is_in_doubt || error.kind() != Kind::unavailable || left_until(deadline) <= pause) throw;
        }
        std::this_thread::sleep_for(jittered(pause));
    }
}

void PooledDatabase::run(const Work& work, Access access, Deadline deadline) {
    Connection connection = begun(access, deadline);
    try {
        const auto guard = bounded(*connection, deadline);
        try {
            transact(*connection, work, access);
        } catch (const StorageError&) {
            if (guard.expired()) throw out_of_time();
            throw;
        }
    } catch (...) {
        // In doubt it is not used again; closing it ends its transaction.
        connection.reset();
        give_back(nullptr);
        throw;
    }
    give_back(std::move(connection));
}

void PooledDatabase::transact(ServerConnection& connection, const Work& work, Access access) {
    Session& session = connection.session();
    session.take_news();  // of a transaction that failed
    work(session);
    if (access == Access::glance) return;
    if (access == Access::read) return connection.rollback();
    const bool has_news = session.take_news();
    const bool is_said = has_news && announcer_.is_due();
    if (is_said) session.execute("announce");
    try {
        connection.commit();
    } catch (const StorageError& error) {
        if (error.kind() == Kind::unavailable) throw OutcomeUnknown{error.kind(), error.what()};
        throw;
    }
    if (has_news && !is_said) announcer_.say_later();
}

// Apart from what it announces, which is durable already.
void PooledDatabase::announce() {
    run([](Session& session) { session.execute("announce"); }, Access::write,
        std::chrono::steady_clock::now() + timeout_);
}

// The connection is of use until then, whether its driver sees to that or we do.
DeadlineWatch::Guard PooledDatabase::bounded(ServerConnection& connection, Deadline deadline) {
    connection.set_deadline(deadline);
    return watch_.watch(connection.socket(), left_until(deadline));
}

// A connection that lay idle may have been closed by the server. Nothing has happened on it yet, so another
// one takes its place.
PooledDatabase::Connection PooledDatabase::begun(Access access, Deadline deadline) {
    for (bool is_second = false;; is_second = true) {
        Connection connection = take(deadline);
        try {
            const auto guard = bounded(*connection, deadline);
            if (access != Access::glance) connection->begin(access);
            return connection;
        } catch (const StorageError&) {
            connection.reset();
            give_back(nullptr);
            forget_idle();
            if (left_until(deadline) <= Duration::zero()) throw out_of_time();
            if (is_second) throw;
        } catch (...) {  // memory can run out, too
            connection.reset();
            give_back(nullptr);
            throw;
        }
    }
}

PooledDatabase::Connection PooledDatabase::take(Deadline deadline) {
    {
        std::unique_lock lock{mutex_};
        const auto is_to_be_had = [this] { return !idle_.empty() || connections_ < kMostConnections; };
        if (!given_back_.wait_until(lock, deadline, is_to_be_had))
            throw StorageError{Kind::busy, "all connections to the database were in use until the deadline"};
        if (!idle_.empty()) {
            Connection connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
        if (refusal_ && std::chrono::steady_clock::now() < next_attempt_) throw StorageError{*refusal_};
        ++connections_;
    }
    return connected(deadline);
}

PooledDatabase::Connection PooledDatabase::connected(Deadline deadline) {
    try {
        Connection connection = connect_(catalog_);
        {
            const auto guard = bounded(*connection, deadline);
            for (const std::string& setting : catalog_.session_setup())
                connection->session().execute_text(setting);
        }
        const std::lock_guard lock{mutex_};
        connection->session().set_counter_slot(1 + static_cast<long long>(random_() % kCounterSlots));
        refusal_.reset();
        attempt_pause_ = {};
        return connection;
    } catch (const StorageError& error) {
        give_back(nullptr);
        const std::lock_guard lock{mutex_};
        refusal_ = error;
        attempt_pause_ = std::clamp(attempt_pause_ * 2, kFirstAttemptPause, kLongestAttemptPause);
        next_attempt_ = std::chrono::steady_clock::now() + attempt_pause_;
        throw;
    } catch (...) {
        give_back(nullptr);
        throw;
    }
}

// None: it is gone.
void PooledDatabase::give_back(Connection connection) noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (connection)
            idle_.push_back(std::move(connection));
        else
            --connections_;
    }
    given_back_.notify_one();
}

void PooledDatabase::forget_idle() noexcept {
    std::vector<Connection> idle;
    {
        const std::lock_guard lock{mutex_};
        idle.swap(idle_);
        connections_ -= static_cast<int>(idle.size());
    }
    given_back_.notify_all();
}

Duration PooledDatabase::jittered(Duration pause) {
    const std::lock_guard lock{mutex_};
    return pause / 2 + Duration{static_cast<Duration::rep>(random_() % static_cast<unsigned>(pause.count()))};
}

}  // namespace jobhost::storage
