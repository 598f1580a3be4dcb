// Slots that two hosts want, or pass on, at once.
#include "tests/storage/races/races.hpp"

namespace jobhost::storage::races {
namespace {

class LimitRaces : public Races {};

TEST_F(LimitRaces, ASlotThatBecomesFreeWhileAnotherJobLooksForIt) {
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

TEST_F(LimitRaces, TwoJobsThatLookForTheLastSlot) {
    SociLimitStore{one.changes}.set(std::vector<Limit>{{.name = "mutex"}});
    for (const bool is_new : {false, true}) {
        std::vector<ClaimedJob> of_one;
        std::vector<ClaimedJob> of_two;
        race(
            [&, key = 0]() mutable {
                NewJob first = job();
                NewJob second = job();
                // Of a key that nobody has used, both make the row that they lock.
                if (is_new) ++key;
                first.limits = second.limits = {{"mutex", std::to_string(key)}};
                one.workflows.submit({}, std::vector{first, second});
                return std::pair{[this, &of_one] { of_one = one.claim(1); },
                                 [this, &of_two] { of_two = two.claim(1); }};
            },
            [&] {
                EXPECT_LE(of_one.size() + of_two.size(), 1u) << is_new;
                for (const ClaimedJob& run : of_one)
                    EXPECT_EQ(one.succeed(run), Moved::yes);
                for (const ClaimedJob& run : of_two)
                    EXPECT_EQ(two.succeed(run), Moved::yes);
                for (const ClaimedJob& run : one.claim(10))
                    EXPECT_EQ(one.succeed(run), Moved::yes);
            });
    }
}

// Whatever the order, who runs is counted, and nobody else is.
TEST_F(LimitRaces, ALimitThatIsMadeAgainWhileJobsBeginAndEnd) {
    SociLimitStore ours{one.changes};
    SociLimitStore theirs{two.changes};
    const std::vector<Limit> mutex{{.name = "mutex"}};
    ours.set(mutex);
    std::vector<ClaimedJob> runs;
    const auto taken = [&] { return ours.slots_of({"mutex", ""}).taken; };
    race(
        [&] {
            std::vector<NewJob> made{job(), job(), job()};
            for (NewJob& each : made)
                each.limits = {{"mutex", ""}};
            one.workflows.submit({}, made);
            const ClaimedJob run = one.claim(10).at(0);
            ours.remove("mutex");
            return std::pair{[this, &runs, run] {
                                 EXPECT_EQ(one.succeed(run), Moved::yes);
                                 one.jobs.promote_due(10);
                                 runs = one.claim(1);
                             },
                             [&] { theirs.set(mutex); }};
        },
        [&] {
            EXPECT_EQ(runs.size(), 1u);
            EXPECT_GE(taken(), 1);
            for (std::size_t ended = 0; !runs.empty(); ++ended) {
                ASSERT_LT(ended, 10u);
                EXPECT_EQ(one.succeed(runs.back()), Moved::yes);
                runs.pop_back();
                if (runs.empty()) runs = one.claim(10);
            }
            EXPECT_EQ(taken(), 0);
        });
}

TEST_F(LimitRaces, TwoHostsThatPassOnTheSlotsOfARateAtOnce) {
    SociLimitStore limits{one.changes};
    limits.set(std::vector<Limit>{
        {.name = "rate", .kind = LimitKind::sliding_window, .capacity = 2, .window = std::chrono::hours{1}}});
    race(
        [&, key = 0]() mutable {
            NewJob made = job();
            made.limits = {{"rate", std::to_string(++key)}};
            std::vector<NewJob> all;
            for (int i = 0; i < 5; ++i, made.id = one.jobs.reserve_ids(1))
                all.push_back(made);
            one.workflows.submit({}, all);
            for (const ClaimedJob& run : one.claim(10))
                EXPECT_EQ(one.succeed(run), Moved::yes);
            // The window is over.
            one.opened.database->write([](Session& session) {
                session.execute_text("UPDATE limit_instant SET at = 1");
                session.execute_text("UPDATE limit_state SET instant = 1");
                session.execute_text("UPDATE limit_state SET opens_at = 1 WHERE opens_at IS NOT NULL");
            });
            return std::pair{[this] { one.jobs.promote_due(10); }, [this] { two.jobs.promote_due(10); }};
        },
        [&] {
            const auto runs = two.claim(10);
            EXPECT_EQ(runs.size(), 2u);
            for (const ClaimedJob& run : runs)
                EXPECT_EQ(two.succeed(run), Moved::yes);
            std::vector<JobId> waiting;
            for (const Job& found : queries.list({.state = awaiting}, 100, "").jobs)
                waiting.push_back(found.id);
            EXPECT_EQ(waiting.size(), 1u);
            one.operations.operate(waiting, {.verb = Verb::remove, .by = "somebody"});
        });
}

TEST_F(LimitRaces, ARateThatIsRaisedWhileAJobIsParkedForIt) {
    std::vector<ClaimedJob> runs;
    const auto set = [&](Host& by, std::int64_t capacity) {
        SociLimitStore{by.changes}.set(std::vector<Limit>{{.name = "rate",
                                                           .kind = LimitKind::sliding_window,
                                                           .capacity = capacity,
                                                           .window = std::chrono::hours{1}}});
    };
    race(
        [&, key = 0]() mutable {
            set(one, 1);
            NewJob first = job();
            NewJob second = job();
            first.limits = second.limits = {{"rate", std::to_string(++key)}};
            one.workflows.submit({}, std::vector{first, second});
            return std::pair{[this, &runs] { runs = one.claim(10); }, [this, set] { set(two, 2); }};
        },
        [&] {
            one.jobs.promote_due(10);
            for (const ClaimedJob& run : one.claim(10))
                runs.push_back(run);
            EXPECT_EQ(runs.size(), 2u);
            for (const ClaimedJob& run : runs)
                EXPECT_EQ(one.succeed(run), Moved::yes);
        });
}

TEST_F(LimitRaces, AJobThatIsDeletedWhileItGetsASlot) {
    SociLimitStore{one.changes}.set(std::vector<Limit>{{.name = "mutex"}});
    NewJob second;
    NewJob third;
    race(
        [&] {
            NewJob first = job();
            second = job();
            third = job();
            first.limits = second.limits = third.limits = {{"mutex", ""}};
            one.workflows.submit({}, std::vector{first, second, third});
            const ClaimedJob run = one.claim(10).at(0);
            return std::pair{
                [this, run] { EXPECT_EQ(one.succeed(run), Moved::yes); },
                [this, &second] {
                    two.operations.operate({&second.id, 1}, {.verb = Verb::remove, .by = "somebody"});
                }};
        },
        [&] {
            EXPECT_EQ(state_of(second.id), deleted);
            EXPECT_EQ(state_of(third.id), enqueued);
            EXPECT_EQ(two.succeed(two.claim(1).at(0)), Moved::yes);
        });
}

}  // namespace
}  // namespace jobhost::storage::races
