// Slots that are promised to jobs, and what becomes of them when these cannot run.
#include "tests/storage/conformance/limit_rates.hpp"

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class LimitPromiseConformance : public LimitRates {
protected:
    LimitPromiseConformance() { make_mutex(); }

    void make_mutex() { limits.set(std::vector{Limit{.name = "m"}}); }
    NewJob limited_in(const std::string& queue, const std::string& type = "test.job") {
        NewJob made = job(type);
        made.queue = QueueName{queue};
        made.limits = {{"m", ""}};
        return made;
    }
    ServerId enter_another(const std::vector<std::string>& queues) {
        return servers.enter({.incarnation = "other", .name = "other", .queues = queues},
                             std::vector<ServedType>{{.type = "other.job"}});
    }
    // Of two that wait behind one that runs, the first gets its slot.
    void promise(const NewJob& to) {
        const JobId holder = insert(limited_in("default"));
        claimed();
        first = insert(to);
        next = insert(limited_in("default"));
        claimed();
        succeed(holder);
        ASSERT_EQ(state_of(first), enqueued);
        ASSERT_EQ(state_of(next), awaiting);
        ASSERT_EQ(slots("m").taken, 1);
    }
    void expect_passed_on() {
        EXPECT_EQ(state_of(first), enqueued);
        EXPECT_EQ(state_of(next), enqueued);
        EXPECT_EQ(slots("m").taken, 1);
        EXPECT_EQ(claimed(), std::vector{next});
        EXPECT_EQ(reason_of(first), Reason::limit);
    }

    JobId first;
    JobId next;
};

TEST_P(LimitPromiseConformance, APauseTakesItBack) {
    promise(limited_in("paused"));
    operations.pause(QueueName{"paused"}, "somebody", "why", {});
    settle_down();
    expect_passed_on();
}

TEST_P(LimitPromiseConformance, TheEndOfTheLastServerTakesItBack) {
    const ServerId other = enter_another({});
    promise(limited_in("default", "other.job"));
    servers.leave(other);
    settle_down();
    expect_passed_on();
}

TEST_P(LimitPromiseConformance, AMoveToAnotherQueueTakesItBack) {
    promise(limited_in("default"));
    operate(first, Operation{.verb = Verb::move, .by = "somebody", .queue = QueueName{"other"}});
    expect_passed_on();
}

TEST_P(LimitPromiseConformance, AnotherPriorityLeavesIt) {
    promise(limited_in("default"));
    operate(first, Operation{.verb = Verb::move, .by = "somebody", .priority = -5});
    EXPECT_EQ(state_of(next), awaiting);
    EXPECT_EQ(claimed(), std::vector{first});
}

TEST_P(LimitPromiseConformance, QueuesThatNoServerTakesJobsFromGetNone) {
    enter_another({"red", "blue"});
    const JobId holder = insert(limited_in("default"));
    claimed();
    const JobId unserved = insert(limited_in("green", "other.job"));
    const JobId served = insert(limited_in("blue", "other.job"));
    claimed();
    succeed(holder);
    EXPECT_EQ(state_of(unserved), awaiting);
    EXPECT_EQ(state_of(served), enqueued);
    succeed(served);
    EXPECT_EQ(state_of(unserved), awaiting);
    EXPECT_EQ(slots("m").taken, 0);
    servers.enter({.incarnation = "third", .name = "third", .queues = {"green"}},
                  std::vector<ServedType>{{.type = "other.job"}});
    settle_down();
    EXPECT_EQ(state_of(unserved), enqueued);
}

TEST_P(LimitPromiseConformance, AMoveToAQueueThatNobodyServesTakesItBack) {
    enter_another({"red"});
    promise(limited_in("red", "other.job"));
    operate(first, Operation{.verb = Verb::move, .by = "somebody", .queue = QueueName{"nobody"}});
    EXPECT_EQ(state_of(next), enqueued);
}

TEST_P(LimitPromiseConformance, ARateIsTakenBackToo) {
    set_limit(LimitKind::sliding_window, 1, 10s);
    begins(1);
    NewJob to = limited();
    to.queue = QueueName{"paused"};
    const JobId paused = insert(to);
    const JobId other = insert(limited());
    claimed();
    clock.advance(10s);
    jobs.promote_due(100);
    ASSERT_EQ(state_of(paused), enqueued);
    ASSERT_EQ(slots().taken, 1);
    operations.pause(QueueName{"paused"}, "somebody", "why", {});
    settle_down();
    EXPECT_EQ(state_of(other), enqueued);
    EXPECT_EQ(slots().taken, 1);
    EXPECT_EQ(claimed(), std::vector{other});
}

// Kinds of a limit that is removed and made again while jobs run, wait, and are promised slots.
TEST_P(LimitPromiseConformance, ALimitThatIsMadeAgainCountsWhoRunsAndNobodyElse) {
    set_limit(LimitKind::sliding_window, 5, 10s);
    const auto ids = insert_many(2, limited());
    ASSERT_EQ(claimed(), ids);
    limits.remove("r");
    limits.set(std::vector{Limit{.name = "r", .capacity = 2}});
    settle_down();
    EXPECT_EQ(slots().taken, 2);
    const JobId third = insert(limited());
    EXPECT_TRUE(claimed().empty());
    succeed(ids[0]);
    EXPECT_EQ(state_of(third), enqueued);
    ASSERT_EQ(slots().taken, 2);

    limits.remove("r");
    settle_down();
    EXPECT_EQ(state_of(third), enqueued);
    set_limit(LimitKind::sliding_window, 1, 10s);
    settle_down();
    EXPECT_EQ(slots().taken, 0) << "neither who runs nor who was promised a place";
    EXPECT_EQ(claimed(), std::vector{third});
    succeed(ids[1]);
    succeed(third);
    EXPECT_EQ(slots().taken, 0);
    EXPECT_EQ(begins(1), Waits{10s});
}

TEST_P(LimitPromiseConformance, RunsOfALimitThatIsMadeLaterAreCounted) {
    limits.remove("m");
    make_mutex();
    const JobId running = insert(limited_in("default"));
    limits.remove("m");
    EXPECT_EQ(claimed(), std::vector{running});
    make_mutex();
    const JobId second = insert(limited_in("default"));
    EXPECT_TRUE(claimed().empty());
    succeed(running);
    EXPECT_EQ(claimed(), std::vector{second});
}

INSTANTIATE_TEST_SUITE_P(Databases, LimitPromiseConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
