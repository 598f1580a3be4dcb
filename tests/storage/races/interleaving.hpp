// Two transactions on two connections, statement by statement.
#pragma once

#include "storage/soci/database.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace jobhost::storage::races {

// Stops one thread before each statement and before each commit.
class Stepper {
public:
    // Of the thread that is led: waits until it may go on.
    void arrive();

    // Of the one who leads. Lets the thread go on to its next stop, unless it waits for a lock of the other
    // one, which is taken for granted when it does not get there within `kPatience`.
    enum class Step { made, blocked, ended };
    Step step();
    // No more stops.
    void release();

    // Runs `work` on the thread; what it throws is kept.
    void start(std::function<void()> work);
    void join();
    std::exception_ptr error() const { return error_; }

private:
    static constexpr std::chrono::milliseconds kPatience{20};

    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_waiting_ = false;
    bool may_go_on_ = false;
    bool is_released_ = false;
    bool has_ended_ = false;
    std::exception_ptr error_;
    std::thread thread_;
};

// A database whose writing transactions stop at the stepper, if there is one.
class SteppedDatabase final : public Database {
public:
    explicit SteppedDatabase(Database& inner) : inner_{inner} {}

    void lead_by(Stepper* stepper) { stepper_ = stepper; }

    void write_within(Duration patience, const Work& work) override;
    void read(const Work& work) override { inner_.read(work); }
    void glance(const Work& work) override { inner_.glance(work); }
    const StatementCatalog& catalog() const noexcept override { return inner_.catalog(); }

private:
    Database& inner_;
    Stepper* stepper_ = nullptr;
};

// The first makes `first` steps, then the second `second` steps, then the first goes on to its end, then the
// second, unless one waits for the other. A field is false when that one ended or was blocked before: more
// steps make no other order.
struct Order {
    int first = 0;
    int second = 0;
};
struct Played {
    bool first_had_all = false;
    bool second_had_all = false;
};
Played play(SteppedDatabase& first, SteppedDatabase& second, Order order,
            const std::function<void()>& by_first, const std::function<void()>& by_second);

}  // namespace jobhost::storage::races
