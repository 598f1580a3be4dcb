#include "tests/storage/races/interleaving.hpp"

namespace jobhost::storage::races {

namespace {

class SteppedSession final : public Session {
public:
    SteppedSession(Session& inner, Stepper& stepper)
        : Session{inner.catalog()}, inner_{inner}, stepper_{stepper} {
        set_now(inner.now());
        set_counter_slot(inner.counter_slot());
    }
    long long run(const std::string& text, bool keep, const Parameters& parameters,
                  std::span<const ColumnKind> columns, const RowSink& sink) override {
        stepper_.arrive();
        return inner_.run(text, keep, parameters, columns, sink);
    }

private:
    Session& inner_;
    Stepper& stepper_;
};

}  // namespace

void Stepper::arrive() {
    std::unique_lock lock{mutex_};
    is_waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return may_go_on_ || is_released_; });
    may_go_on_ = false;
    is_waiting_ = false;
    changed_.notify_all();
}

Stepper::Step Stepper::step() {
    std::unique_lock lock{mutex_};
    const auto has_stopped = [this] { return is_waiting_ || has_ended_; };
    if (!changed_.wait_for(lock, kPatience, has_stopped)) return Step::blocked;
    if (has_ended_) return Step::ended;
    may_go_on_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !may_go_on_; });
    if (!changed_.wait_for(lock, kPatience, has_stopped)) return Step::blocked;
    return has_ended_ ? Step::ended : Step::made;
}

void Stepper::release() {
    const std::lock_guard lock{mutex_};
    is_released_ = true;
    changed_.notify_all();
}

void Stepper::start(std::function<void()> work) {
    thread_ = std::thread{[this, work = std::move(work)] {
        try {
            work();
        } catch (...) {
            error_ = std::current_exception();
        }
        const std::lock_guard lock{mutex_};
        has_ended_ = true;
        changed_.notify_all();
    }};
}

void Stepper::join() {
    thread_.join();
}

void SteppedDatabase::write_within(Duration patience, const Work& work) {
    inner_.write_within(patience, [&](Session& session) {
        if (stepper_ == nullptr) return work(session);
        SteppedSession stepped{session, *stepper_};
        work(stepped);
        if (stepped.take_news()) session.announce();
        stepper_->arrive();  // the commit
    });
}

namespace {

// Whether the thread stands before its next statement after so many of them. One that is blocked makes no
// more until the other one has gone on.
bool lead(Stepper& stepper, int steps) {
    for (int i = 0; i < steps; ++i)
        if (stepper.step() != Stepper::Step::made) return false;
    return true;
}

}  // namespace

Played play(SteppedDatabase& first, SteppedDatabase& second, Order order,
            const std::function<void()>& by_first, const std::function<void()>& by_second) {
    Stepper one;
    Stepper two;
    first.lead_by(&one);
    second.lead_by(&two);
    one.start(by_first);
    two.start(by_second);
    const Played played{lead(one, order.first), lead(two, order.second)};
    // Who waits for a lock goes on when the other one has ended.
    one.release();
    one.step();
    two.release();
    one.join();
    two.join();
    first.lead_by(nullptr);
    second.lead_by(nullptr);
    for (const Stepper* stepper : {&one, &two})
        if (stepper->error()) std::rethrow_exception(stepper->error());
    return played;
}

}  // namespace jobhost::storage::races
