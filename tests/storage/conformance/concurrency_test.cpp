#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

#include <atomic>
#include <barrier>
#include <thread>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

// Threads that each have the database open for themselves, as processes do.
class ConcurrencyConformance : public StorageConformance {
protected:
    // Calls `work(number, storage)` in `count` threads, which begin together. What one throws fails the test.
    template <class Work>
    void together(int count, Work work) {
        std::barrier start{count};
        std::vector<std::unique_ptr<Storage>> opened;
        for (int i = 0; i < count; ++i)
            opened.push_back(database->open(clock));
        std::vector<std::jthread> threads;
        for (int i = 0; i < count; ++i)
            threads.emplace_back([&, i] {
                start.arrive_and_wait();
                try {
                    work(i, *opened[static_cast<std::size_t>(i)]);
                } catch (const std::exception& error) {
                    ADD_FAILURE() << "thread " << i << ": " << error.what();
                }
            });
    }
    std::vector<ServerId> enter_many(int count) {
        std::vector<ServerId> entered;
        for (int i = 0; i < count; ++i)
            entered.push_back(enter("server " + std::to_string(i)));
        return entered;
    }
};

TEST_P(ConcurrencyConformance, NoJobIsClaimedTwice) {
    const auto ids = insert_many(60);
    const auto entered = enter_many(3);
    const ClaimRequest request = anything(4);
    std::vector<std::vector<ClaimedJob>> taken(3);
    together(3, [&](int i, Storage& own) {
        const auto at = static_cast<std::size_t>(i);
        for (int round = 0; round < 60; ++round)
            for (ClaimedJob& run : own.jobs().exchange(entered[at], {}, request).claimed)
                taken[at].push_back(std::move(run));
    });

    std::vector<JobId> all;
    for (std::size_t i = 0; i < taken.size(); ++i)
        for (const ClaimedJob& run : taken[i]) {
            all.push_back(run.id);
            EXPECT_EQ(std::get<Processing>(find(run.id).state).server, entered[i]);
        }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, ids);
}

TEST_P(ConcurrencyConformance, EveryJobIsSettledOnce) {
    insert_many(60);
    const auto entered = enter_many(2);
    const ClaimRequest request = anything(5);
    std::atomic<int> settled = 0;
    together(2, [&](int i, Storage& own) {
        std::vector<Settlement> ended;
        for (int round = 0; round < 40; ++round) {
            const Exchanged exchanged =
                own.jobs().exchange(entered[static_cast<std::size_t>(i)], ended, request);
            for (const Moved moved : exchanged.moved)
                settled += moved == Moved::yes ? 1 : 0;
            ended.clear();
            for (const ClaimedJob& run : exchanged.claimed)
                ended.push_back(success_of(run));
        }
    });
    EXPECT_EQ(settled, 60);
    EXPECT_EQ(queries.count({}, {}), (StateCounts{0, 0, 0, 0, 60, 0, 0}));
}

TEST_P(ConcurrencyConformance, OfASettlementAndARecoveryOneWins) {
    for (int round = 0; round < 8; ++round) {
        const std::string incarnation = "server " + std::to_string(round);
        const ServerId dying = enter(incarnation);
        const JobId id = insert();
        const ClaimedJob run = claim(1, dying).at(0);
        servers.declare_dead(incarnation);
        Moved moved = Moved::lost;
        std::size_t recovered = 0;
        together(2, [&](int i, Storage& own) {
            const Settlement done = success_of(run);
            if (i == 0)
                moved = own.jobs().exchange(dying, {&done, 1}, {}).moved.at(0);
            else
                recovered = own.servers().recover(dying, 9);
        });
        EXPECT_EQ((moved == Moved::yes ? 1u : 0u) + recovered, 1u);
        EXPECT_EQ(state_of(id), moved == Moved::yes ? succeeded : enqueued);
        claim(9);
    }
}

TEST_P(ConcurrencyConformance, OfTwoSettlementsOfARunOneWins) {
    for (int round = 0; round < 8; ++round) {
        insert();
        const ClaimedJob run = claim_one();
        std::vector<Moved> moved(2, Moved::lost);
        together(2, [&](int i, Storage& own) {
            const Settlement end = i == 0 ? success_of(run) : failure_of(run);
            moved[static_cast<std::size_t>(i)] = own.jobs().exchange(server, {&end, 1}, {}).moved.at(0);
        });
        std::sort(moved.begin(), moved.end());
        EXPECT_EQ(moved, (std::vector{Moved::yes, Moved::already}));
    }
}

TEST_P(ConcurrencyConformance, AJobThatIsInsertedByTwoIsThereOnce) {
    for (int round = 0; round < 8; ++round) {
        const std::vector<NewJob> batch{job(), job(), job()};
        together(2, [&](int, Storage& own) { own.jobs().insert(batch); });
    }
    EXPECT_EQ(count_of(enqueued), 24);
    EXPECT_EQ(listed({}).size(), 24u);
}

TEST_P(ConcurrencyConformance, TwoWhoNeedANewLaneMakeOne) {
    for (int round = 0; round < 8; ++round) {
        NewJob made = job_in("queue " + std::to_string(round));
        made.policy.timeout = std::chrono::seconds{100 + round};
        together(2, [&](int, Storage& own) {
            NewJob ours = made;
            ours.id = own.jobs().reserve_ids(1);
            own.jobs().insert({&ours, 1});
        });
    }
    EXPECT_EQ(jobs.lanes().size(), 8u);
    EXPECT_EQ(listed({}).size(), 16u);
}

TEST_P(ConcurrencyConformance, IdsAreHandedOutOnce) {
    std::vector<std::vector<std::int64_t>> ids(3);
    together(3, [&](int i, Storage& own) {
        for (int round = 0; round < 40; ++round)
            for (std::int64_t id = own.jobs().reserve_ids(3).value, end = id + 3; id < end; ++id)
                ids[static_cast<std::size_t>(i)].push_back(id);
    });
    std::set<std::int64_t> all;
    for (const auto& some : ids)
        all.insert(some.begin(), some.end());
    EXPECT_EQ(all.size(), 360u);
}

TEST_P(ConcurrencyConformance, ADueJobIsPromotedOnce) {
    NewJob made = job();
    made.due_at = clock.now() + 1s;
    insert_many(30, made);
    clock.advance(1s);
    std::atomic<std::size_t> promoted = 0;
    together(2, [&](int, Storage& own) {
        for (int round = 0; round < 30; ++round)
            promoted += own.jobs().promote_due(3).count;
    });
    EXPECT_EQ(promoted, 30u);
    EXPECT_EQ(count_of(enqueued), 30);
}

TEST_P(ConcurrencyConformance, OneIncarnationThatIsAnnouncedByTwoIsOneServer) {
    std::vector<ServerId> entered(2);
    together(2, [&](int i, Storage& own) {
        entered[static_cast<std::size_t>(i)] =
            own.servers().enter({.incarnation = "second", .name = "second"}, {});
    });
    EXPECT_EQ(entered[0], entered[1]);
    EXPECT_EQ(servers.list().size(), 2u);
}

TEST_P(ConcurrencyConformance, OfABeatAndADeclarationOneWins) {
    for (int round = 0; round < 8; ++round) {
        const std::string incarnation = "server " + std::to_string(round);
        const ServerId silent = enter(incarnation);
        const std::int64_t seen = info_of(silent).beat;
        bool has_beaten = false;
        bool is_dead = false;
        together(2, [&](int i, Storage& own) {
            if (i == 0)
                has_beaten = own.servers().beat(silent, 20s);
            else
                is_dead = own.servers().declare_dead(silent, seen);
        });
        EXPECT_NE(has_beaten, is_dead);
        EXPECT_EQ(info_of(silent).state, is_dead ? ServerState::dead : ServerState::live);
    }
}

TEST_P(ConcurrencyConformance, OneInstantFiresOnce) {
    Definition definition;
    definition.name = "a";
    definition.type = "test.job";
    definition.schedule = Every{1min, TimePoint{}};
    const SourceDefinitions source{"shop/jobs.yaml", {definition}};
    apply_definitions(sources, "shop", "one", {&source, 1});
    clock.advance(1h);
    std::atomic<std::size_t> fired = 0;
    together(3, [&](int, Storage& own) {
        for (int round = 0; round < 5; ++round) {
            const StoredDefinition stored = own.definitions().find("a").value();
            NewJob made;
            made.id = own.jobs().reserve_ids(1);
            made.type = "test.job";
            made.definition = stored.id;
            made.nominal_at = stored.next_at;
            made.origin = Origin::schedule;
            const Firing firing{stored.id, stored.revision, *stored.next_at, *stored.next_at + 1min, {made}};
            fired += own.definitions().fire({&firing, 1});
        }
    });
    EXPECT_GE(fired, 5u);
    EXPECT_EQ(listed({}).size(), fired);
    std::set<TimePoint> instants;
    for (const Job& made : listed({}))
        instants.insert(made.nominal_at.value());
    EXPECT_EQ(instants.size(), fired);
}

TEST_P(ConcurrencyConformance, AReaderSeesWholeTransactions) {
    std::atomic<bool> is_done = false;
    together(2, [&](int i, Storage& own) {
        if (i == 0) {
            NewJob like = job();
            for (int round = 0; round < 20; ++round) {
                like.id = own.jobs().reserve_ids(4);
                std::vector<NewJob> batch;
                for (; batch.size() < 4; ++like.id.value)
                    batch.push_back(like);
                own.jobs().insert(batch);
            }
            is_done = true;
        } else {
            while (!is_done) {
                EXPECT_EQ(own.queries().count({}, {})[static_cast<std::size_t>(enqueued)] % 4, 0);
                EXPECT_EQ(own.queries().list({}, 1000, "").jobs.size() % 4, 0u);
            }
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Databases, ConcurrencyConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
