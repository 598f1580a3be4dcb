#include "tests/storage/races/races.hpp"

#include "storage/soci/soci_limit_store.hpp"

namespace jobhost::storage::races {
namespace {

TEST_F(Races, TheLastTwoMembersOfABatchCompleteItOnce) {
    NewJob next;
    BatchId id;
    race(
        [&] {
            NewBatch made = batch();
            id = made.id;
            NewJob a = job();
            NewJob b = job();
            a.batch = b.batch = id;
            next = job();
            next.parents = {{id, Condition::succeeded}};
            one.workflows.submit({&made, 1}, std::vector{a, b, next});
            const ClaimedJob of_one = one.claim(1).at(0);
            const ClaimedJob of_two = two.claim(1).at(0);
            return std::pair{[this, of_one] { EXPECT_EQ(one.succeed(of_one), Moved::yes); },
                             [this, of_two] { EXPECT_EQ(two.succeed(of_two), Moved::yes); }};
        },
        [&] {
            EXPECT_EQ(state_of(id), BatchState::succeeded);
            EXPECT_EQ(state_of(next.id), enqueued);
            EXPECT_EQ(one.workflows.find(id)->unfinished, 0);
        });
}

TEST_F(Races, TwoParentsThatEndTogetherReleaseTheirChild) {
    NewJob child;
    race(
        [&] {
            NewJob a = job();
            NewJob b = job();
            child = job();
            child.parents = {{a.id, Condition::succeeded}, {b.id, Condition::finished}};
            one.workflows.submit({}, std::vector{a, b, child});
            const ClaimedJob of_one = one.claim(1).at(0);
            const ClaimedJob of_two = two.claim(1).at(0);
            return std::pair{[this, of_one] { EXPECT_EQ(one.succeed(of_one), Moved::yes); },
                             [this, of_two] { EXPECT_EQ(two.succeed(of_two), Moved::yes); }};
        },
        [&] { EXPECT_EQ(state_of(child.id), enqueued); });
}

TEST_F(Races, AChildThatComesWhileItsParentEnds) {
    NewJob child;
    race(
        [&] {
            NewJob parent = job();
            one.workflows.submit({}, {&parent, 1});
            child = job();
            child.parents = {{parent.id, Condition::succeeded}};
            const ClaimedJob run = one.claim(1).at(0);
            return std::pair{[this, run] { EXPECT_EQ(one.succeed(run), Moved::yes); },
                             [this, &child] {
                                 two.workflows.submit({}, {&child, 1});
                             }};
        },
        [&] { EXPECT_EQ(state_of(child.id), enqueued); });
}

TEST_F(Races, AMemberThatComesWhileTheLastOneEnds) {
    BatchId id;
    NewJob late;
    race(
        [&] {
            NewBatch made = batch();
            id = made.id;
            NewJob member = job();
            member.batch = id;
            one.workflows.submit({&made, 1}, {&member, 1});
            late = job();
            late.batch = id;
            const ClaimedJob run = one.claim(1).at(0);
            return std::pair{[this, run] { EXPECT_EQ(one.succeed(run), Moved::yes); },
                             [this, &late] {
                                 two.workflows.submit({}, {&late, 1});
                             }};
        },
        [&] {
            EXPECT_EQ(state_of(id), BatchState::started);
            EXPECT_EQ(one.workflows.find(id)->unfinished, 1);
            EXPECT_EQ(one.workflows.find(id)->members, 2);
            EXPECT_EQ(state_of(late.id), enqueued);
        });
}

TEST_F(Races, ABatchThatIsCancelledWhileAMemberIsClaimed) {
    BatchId id;
    std::vector<ClaimedJob> claimed;
    race(
        [&] {
            NewBatch made = batch();
            id = made.id;
            NewJob a = job();
            NewJob b = job();
            a.batch = b.batch = id;
            one.workflows.submit({&made, 1}, std::vector{a, b});
            return std::pair{[this, &claimed] { claimed = one.claim(1); },
                             [this, id] {
                                 two.workflows.cancel(id, "somebody");
                                 two.workflows.go_on(1000);
                             }};
        },
        [&] {
            for (const ClaimedJob& run : claimed)
                EXPECT_EQ(one.succeed(run), Moved::yes);
            while (one.workflows.go_on(1000) > 0) {
            }
            EXPECT_TRUE(one.claim(10).empty());
            EXPECT_EQ(state_of(id), BatchState::cancelled);
        });
}

TEST_F(Races, ASlotThatBecomesFreeWhileAnotherJobLooksForIt) {
    SociLimitStore{one.changes}.set(std::vector<Limit>{{.name = "mutex"}});
    NewJob second;
    std::vector<ClaimedJob> claimed;
    race(
        [&] {
            NewJob first = job();
            second = job();
            first.limits = second.limits = {{"mutex", ""}};
            one.workflows.submit({}, {&first, 1});
            const ClaimedJob run = one.claim(1).at(0);
            one.workflows.submit({}, {&second, 1});
            return std::pair{[this, run] { EXPECT_EQ(one.succeed(run), Moved::yes); },
                             [this, &claimed] { claimed = two.claim(1); }};
        },
        [&] {
            if (claimed.empty()) claimed = two.claim(1);
            ASSERT_EQ(claimed.size(), 1u) << "nobody handed the slot on";
            EXPECT_EQ(two.succeed(claimed.front()), Moved::yes);
        });
}

TEST_F(Races, TwoJobsThatLookForTheLastSlot) {
    SociLimitStore{one.changes}.set(std::vector<Limit>{{.name = "mutex"}});
    std::vector<ClaimedJob> of_one;
    std::vector<ClaimedJob> of_two;
    race(
        [&] {
            NewJob first = job();
            NewJob second = job();
            first.limits = second.limits = {{"mutex", ""}};
            one.workflows.submit({}, std::vector{first, second});
            return std::pair{[this, &of_one] { of_one = one.claim(1); },
                             [this, &of_two] { of_two = two.claim(1); }};
        },
        [&] {
            EXPECT_LE(of_one.size() + of_two.size(), 1u);
            for (const ClaimedJob& run : of_one)
                EXPECT_EQ(one.succeed(run), Moved::yes);
            for (const ClaimedJob& run : of_two)
                EXPECT_EQ(two.succeed(run), Moved::yes);
        });
}

TEST_F(Races, TwoJobsWithOneKey) {
    std::vector<Inserted> of_one;
    std::vector<Inserted> of_two;
    race(
        [&, number = 0]() mutable {
            NewJob first = job();
            NewJob second = job();
            first.unique = second.unique = Unique{.key = std::to_string(++number)};
            return std::pair{[this, first, &of_one] {
                                 of_one = one.workflows.submit({}, {&first, 1});
                             },
                             [this, second, &of_two] {
                                 of_two = two.workflows.submit({}, {&second, 1});
                             }};
        },
        [&] {
            EXPECT_NE(of_one.at(0).is_new, of_two.at(0).is_new);
            EXPECT_EQ(of_one.at(0).id, of_two.at(0).id);
        });
}

TEST_F(Races, ARunThatIsRecoveredWhileItEnds) {
    NewJob child;
    Moved moved = Moved::lost;
    int number = 0;
    race(
        [&] {
            const ServedType type{.type = "test.job"};
            const std::string incarnation = "dying " + std::to_string(++number);
            const ServerId dying =
                one.servers.enter({.incarnation = incarnation, .name = "dying"}, {&type, 1});
            NewJob parent = job();
            child = job();
            child.parents = {{parent.id, Condition::succeeded}};
            one.workflows.submit({}, std::vector{parent, child});
            const ServerId own = std::exchange(one.server, dying);
            const ClaimedJob run = one.claim(1).at(0);
            one.server = own;
            two.servers.declare_dead(incarnation);
            return std::pair{[this, run, dying, &moved] {
                                 const Settlement settlement{
                                     .job = run.id,
                                     .lease = run.lease,
                                     .cause = Cause::succeeded,
                                     .target = Succeeded{run.claimed_at, run.claimed_at, ""},
                                     .started_at = run.claimed_at};
                                 moved = one.jobs.exchange(dying, {&settlement, 1}, {}).moved.at(0);
                             },
                             [this, dying] { two.servers.recover(dying, 10); }};
        },
        [&] { EXPECT_EQ(state_of(child.id), moved == Moved::yes ? enqueued : awaiting); });
}

TEST_F(Races, ABatchThatIsForgottenWhileAMemberComes) {
    NewJob late;
    bool is_in = false;
    const auto forget = [this] {
        for (PurgePosition position; !upkeep.purge(position, 100).is_done;)
            continue;
    };
    const auto attach = [&] {
        try {
            two.workflows.submit({}, {&late, 1});
            is_in = true;
        } catch (const StorageError&) {  // there is no such batch any more
        }
    };
    race(
        [&] {
            const NewBatch made = batch();
            NewJob early = late = job();
            late.id = job().id;
            early.policy.retention.succeeded = {};
            early.batch = late.batch = made.id;
            one.workflows.submit({&made, 1}, {&early, 1});
            one.succeed(one.claim(1).at(0));
            forget();  // the job; the batch has just ended
            one.opened.database->write(
                [](Session& session) { session.execute_text("UPDATE batch SET finished_at = 1"); });
            is_in = false;
            return std::pair{forget, attach};
        },
        [&] { EXPECT_EQ(one.workflows.find(*late.batch).has_value(), is_in); });
}

TEST_F(Races, AParentThatIsRequeuedWhileAnotherOneEnds) {
    NewJob failed;
    NewJob child;
    race(
        [&] {
            failed = job();
            NewJob other = job();
            child = job();
            child.parents = {{failed.id, Condition::succeeded}, {other.id, Condition::succeeded}};
            one.workflows.submit({}, std::vector{failed, other, child});
            EXPECT_EQ(one.fail(one.claim(1).at(0)), Moved::yes);
            EXPECT_EQ(state_of(child.id), deleted);
            const ClaimedJob run = one.claim(1).at(0);
            return std::pair{[this, run] { EXPECT_EQ(one.succeed(run), Moved::yes); },
                             [this, &failed] {
                                 const Operation requeue{.verb = Verb::requeue, .by = "somebody"};
                                 two.operations.operate({&failed.id, 1}, requeue);
                             }};
        },
        [&] {
            EXPECT_EQ(state_of(child.id), awaiting);
            EXPECT_EQ(two.succeed(two.claim(1).at(0)), Moved::yes);
            EXPECT_EQ(state_of(child.id), enqueued);
        });
}

}  // namespace
}  // namespace jobhost::storage::races
