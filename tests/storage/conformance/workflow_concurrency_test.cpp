// Hosts that do at the same time what depends on each other.
#include "tests/storage/conformance/workflow_conformance.hpp"

#include <atomic>
#include <barrier>
#include <thread>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class WorkflowConcurrencyConformance : public WorkflowConformance {
protected:
    static constexpr int kRounds = 10;

    std::unique_ptr<Storage> other = database->open(clock);

    // Calls both at the same time, each with a storage of its own.
    template <class One, class Two>
    void together(One one, Two two) {
        std::barrier start{2};
        const auto call = [&](auto& work, Storage& own) {
            start.arrive_and_wait();
            try {
                work(own);
            } catch (const std::exception& error) {
                ADD_FAILURE() << error.what();
            }
        };
        std::jthread thread{[&] { call(two, *other); }};
        call(one, *storage);
    }
    void settle_in(Storage& own, const Settlement& end) {
        EXPECT_EQ(own.jobs().exchange(server, {&end, 1}, {}).moved.at(0), Moved::yes);
    }
};

TEST_P(WorkflowConcurrencyConformance, TheLastTwoMembersEndTheirBatchOnce) {
    for (int round = 0; round < kRounds; ++round) {
        std::vector<JobId> members;
        const BatchId id = submit_batch(2, members);
        const JobId child = insert_after(id);
        const Settlement first = success_of(run_of(members[0]));
        const Settlement second = failure_of(run_of(members[1]));
        together([&](Storage& own) { settle_in(own, first); }, [&](Storage& own) { settle_in(own, second); });
        settle_down();
        EXPECT_EQ(state_of_batch(id), BatchState::completed);
        EXPECT_EQ(batch_of(id).unfinished, 0);
        EXPECT_EQ(batch_of(id).unsuccessful, 1);
        EXPECT_EQ(reason_of(child), Reason::unmet);
    }
}

TEST_P(WorkflowConcurrencyConformance, TheLastTwoParentsReleaseTheirChildOnce) {
    for (int round = 0; round < kRounds; ++round) {
        const std::vector<JobId> parents = insert_many(2);
        const JobId child = insert(job_after({after(parents[0]), after(parents[1])}));
        const Settlement first = success_of(run_of(parents[0]), "1");
        const Settlement second = success_of(run_of(parents[1]), "2");
        together([&](Storage& own) { settle_in(own, first); }, [&](Storage& own) { settle_in(own, second); });
        settle_down();
        const ClaimedJob run = run_of(child);
        EXPECT_EQ(run.attempt, 1);
        EXPECT_EQ(run.parents.at(0).result, "1");
        EXPECT_EQ(run.parents.at(1).result, "2");
    }
    EXPECT_EQ(workflows.sweep(1000), 0u);
}

TEST_P(WorkflowConcurrencyConformance, AChildAndItsParentsEndMeet) {
    for (int round = 0; round < kRounds; ++round) {
        const JobId parent = insert();
        const NewJob child = job_after({after(parent)});
        const Settlement end = success_of(run_of(parent), "1");
        together([&](Storage& own) { settle_in(own, end); },
                 [&](Storage& own) {
                     own.jobs().insert({&child, 1});
                 });
        settle_down();
        EXPECT_EQ(state_of(child.id), enqueued);
        EXPECT_EQ(run_of(child.id).parents.at(0).result, "1");
    }
    EXPECT_EQ(workflows.sweep(1000), 0u);
}

TEST_P(WorkflowConcurrencyConformance, AnAttachedJobAndTheLastEndMeet) {
    for (int round = 0; round < kRounds; ++round) {
        std::vector<JobId> members;
        const BatchId id = submit_batch(1, members);
        const NewJob more = job_in_batch(id);
        const Settlement end = success_of(run_of(members[0]));
        together([&](Storage& own) { settle_in(own, end); },
                 [&](Storage& own) {
                     own.jobs().insert({&more, 1});
                 });
        settle_down();
        EXPECT_EQ(state_of_batch(id), BatchState::started);
        EXPECT_EQ(batch_of(id).unfinished, 1);
        succeed(more.id);
        EXPECT_EQ(state_of_batch(id), BatchState::succeeded);
    }
}

TEST_P(WorkflowConcurrencyConformance, ACancelAndTheLastEndMeet) {
    for (int round = 0; round < kRounds; ++round) {
        std::vector<JobId> members;
        const BatchId id = submit_batch(1, members);
        const Settlement end = success_of(run_of(members[0]));
        std::atomic<bool> was_open = false;
        together([&](Storage& own) { settle_in(own, end); },
                 [&](Storage& own) { was_open = own.workflows().cancel(id, "somebody"); });
        settle_down();
        EXPECT_EQ(state_of_batch(id), was_open ? BatchState::cancelled : BatchState::succeeded);
        EXPECT_EQ(batch_of(id).unfinished, 0);
    }
}

TEST_P(WorkflowConcurrencyConformance, OfTwoJobsWithOneKeyOneIsMade) {
    for (int round = 0; round < kRounds; ++round) {
        std::vector<NewJob> made(2, job());
        made[1].id = jobs.reserve_ids(1);
        for (NewJob& each : made)
            each.unique = Unique{.key = std::to_string(round)};
        std::vector<Inserted> answers(2);
        together(
            [&](Storage& own) {
                answers[0] = own.jobs().insert({&made[0], 1}).at(0);
            },
            [&](Storage& own) {
                answers[1] = own.jobs().insert({&made[1], 1}).at(0);
            });
        EXPECT_EQ(answers[0].id, answers[1].id);
        EXPECT_NE(answers[0].is_new, answers[1].is_new);
    }
    EXPECT_EQ(count_of(enqueued), kRounds);
}

TEST_P(WorkflowConcurrencyConformance, AMutexHoldsOverHosts) {
    limits.set(std::vector{Limit{.name = "m"}});
    NewJob like = job();
    like.limits = {{"m", ""}};
    insert_many(30, like);
    const ClaimRequest request = anything(3);
    std::atomic<int> running = 0;
    std::atomic<int> ended = 0;
    const auto work = [&](Storage& own) {
        for (int i = 0; i < 400 && ended < 30; ++i)
            for (const ClaimedJob& run : own.jobs().exchange(server, {}, request).claimed) {
                EXPECT_EQ(++running, 1);
                --running;
                settle_in(own, success_of(run));
                ++ended;
                own.limits().grant(10);
            }
    };
    together(work, work);
    settle_down();
    for (int i = 0; i < 30 && count_of(succeeded) < 30; ++i)
        for (const ClaimedJob& run : claim(30))
            finish(success_of(run));
    EXPECT_EQ(count_of(succeeded), 30);
    EXPECT_EQ(limits.list().at(0).slots.taken, 0);
    EXPECT_EQ(limits.list().at(0).slots.parked, 0);
}

TEST_P(WorkflowConcurrencyConformance, TwoSlotsThatBecomeFreeGoToTwo) {
    limits.set(std::vector{Limit{.name = "m", .capacity = 2}});
    NewJob like = job();
    like.limits = {{"m", ""}};
    for (int round = 0; round < kRounds; ++round) {
        const auto ids = insert_many(4, like);
        const auto runs = claim(10);
        ASSERT_EQ(runs.size(), 2u);
        together([&](Storage& own) { settle_in(own, success_of(runs[0])); },
                 [&](Storage& own) { settle_in(own, failure_of(runs[1])); });
        settle_down();
        EXPECT_EQ(count_of(enqueued), 2);
        EXPECT_EQ(limits.list().at(0).slots.taken, 2);
        for (const ClaimedJob& run : claim(10))
            finish(success_of(run));
        EXPECT_EQ(limits.list().at(0).slots.taken, 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Databases, WorkflowConcurrencyConformance, testing::ValuesIn(all_backends()),
                         backend_name);

}  // namespace
}  // namespace jobhost::storage
