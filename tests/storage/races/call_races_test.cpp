// Calls of runs that hand in jobs, and what may happen to the run, or to what they name, meanwhile.
#include "tests/storage/races/races.hpp"

namespace jobhost::storage::races {
namespace {

TEST_F(Races, ACallThatIsMadeWhileItsRunIsRecovered) {
    const RunCall call{1, "digest"};
    NewJob creator;
    NewJob made;
    std::optional<std::vector<std::int64_t>> answer;
    ServerId dying;
    int number = 0;
    race(
        [&] {
            const ServedType type{.type = "test.job"};
            const std::string incarnation = "dying " + std::to_string(++number);
            dying = one.servers.enter({.incarnation = incarnation, .name = "dying"}, {&type, 1});
            creator = job();
            one.workflows.submit({}, {&creator, 1});
            const ServerId own = std::exchange(one.server, dying);
            const ClaimedJob run = one.claim(1).at(0);
            one.server = own;
            two.servers.declare_dead(incarnation);
            made = job();
            made.creator = creator.id;
            answer.reset();
            return std::pair{[this, run, &dying, call, &made, &answer] {
                                 answer = one.runs.submit({dying, run.id, run.lease}, call, {}, {&made, 1});
                             },
                             [this, &dying] { two.servers.recover(dying, 10); }};
        },
        [&] {
            EXPECT_EQ(queries.find(made.id).has_value(), answer.has_value());
            two.servers.recover(dying, 10);  // a run that was held just then was passed over
            const std::vector<ClaimedJob> runs = two.claim(2);
            for (const ClaimedJob& run : runs) {
                if (run.id == creator.id) {
                    NewJob again = job();
                    again.creator = creator.id;
                    const auto second =
                        two.runs.submit({two.server, run.id, run.lease}, call, {}, {&again, 1});
                    EXPECT_EQ(second, answer ? answer : std::vector{again.id.value});
                }
                EXPECT_EQ(two.succeed(run), Moved::yes);
            }
        });
}

TEST_F(Races, ACallThatIsMadeTwiceAtOnce) {
    const RunCall call{1, "digest"};
    ClaimedJob run;
    std::vector<std::int64_t> by_first;
    std::vector<std::int64_t> by_second;
    race(
        [&] {
            NewJob creator = job();
            one.workflows.submit({}, {&creator, 1});
            run = one.claim(1).at(0);
            const auto hand_in = [this, &run, call](Host& host, std::vector<std::int64_t>& answer) {
                NewJob made = job();
                made.creator = run.id;
                answer = host.runs.submit({one.server, run.id, run.lease}, call, {}, {&made, 1}).value();
            };
            return std::pair{[this, hand_in, &by_first] { hand_in(one, by_first); },
                             [this, hand_in, &by_second] { hand_in(two, by_second); }};
        },
        [&] {
            EXPECT_EQ(by_first, by_second);
            EXPECT_EQ(one.succeed(run), Moved::yes);
            const std::vector<ClaimedJob> made = one.claim(10);
            EXPECT_EQ(made.size(), 1u);
            for (const ClaimedJob& each : made)
                EXPECT_EQ(one.succeed(each), Moved::yes);
        });
}

TEST_F(Races, ASuccessWhoseJobWantsAKeyThatIsTakenMeanwhile) {
    NewJob wanted;
    NewJob rival;
    ClaimedJob run;
    bool is_rival_refused = false;
    race(
        [&] {
            NewJob creator = job();
            one.workflows.submit({}, {&creator, 1});
            run = one.claim(1).at(0);
            wanted = job();
            rival = job();
            wanted.unique = rival.unique = Unique{.key = "k", .on_conflict = OnConflict::fail};
            is_rival_refused = false;
            return std::pair{
                [this, &run, &wanted] {
                    const Settlement end{.job = run.id,
                                         .lease = run.lease,
                                         .target = Succeeded{run.claimed_at, run.claimed_at, ""},
                                         .started_at = run.claimed_at,
                                         .jobs = {wanted},
                                         .if_refused = Settlement::Refused{.cause = Cause::failed,
                                                                           .target = Failed{run.claimed_at},
                                                                           .event = {.at = run.claimed_at}}};
                    EXPECT_EQ(one.jobs.exchange(one.server, {&end, 1}, {}).moved.at(0), Moved::yes);
                },
                [this, &rival, &is_rival_refused] {
                    try {
                        two.workflows.submit({}, {&rival, 1});
                    } catch (const StorageError& error) {
                        is_rival_refused = error.kind() == StorageError::Kind::refused;
                    }
                }};
        },
        [&] {
            EXPECT_EQ(state_of(run.id), is_rival_refused ? succeeded : failed);
            EXPECT_EQ(queries.find(wanted.id).has_value(), is_rival_refused);
            EXPECT_NE(queries.find(rival.id).has_value(), is_rival_refused);
            EXPECT_EQ(queries.events(run.id).size(), is_rival_refused ? 0u : 1u);
        });
}

TEST_F(Races, ACallThatJoinsABatchThatIsCancelledMeanwhile) {
    BatchId id;
    NewJob made;
    ClaimedJob run;
    bool is_refused = false;
    race(
        [&] {
            NewBatch around = batch();
            id = around.id;
            NewJob creator = job();
            creator.batch = id;
            one.workflows.submit({&around, 1}, {&creator, 1});
            run = one.claim(1).at(0);
            made = job();
            made.creator = run.id;
            made.batch = id;
            is_refused = false;
            return std::pair{
                [this, &run, &made, &is_refused] {
                    try {
                        one.runs.submit({one.server, run.id, run.lease}, {1, "digest"}, {}, {&made, 1});
                    } catch (const StorageError& error) {
                        is_refused = error.kind() == StorageError::Kind::refused;
                    }
                },
                [this, id] { two.workflows.cancel(id, "somebody"); }};
        },
        [&] {
            EXPECT_NE(queries.find(made.id).has_value(), is_refused);
            EXPECT_EQ(one.succeed(run), Moved::yes);
            while (one.workflows.go_on(1000) > 0) {
            }
            EXPECT_EQ(state_of(id), BatchState::cancelled);
        });
}

}  // namespace
}  // namespace jobhost::storage::races
