// Two hosts on one database, whose transactions meet in every order of their statements with up to three
// switches between them.
#pragma once

#include "storage/soci/changes.hpp"
#include "storage/soci/migrator.hpp"
#include "storage/soci/opened_database.hpp"
#include "storage/soci/soci_job_queries.hpp"
#include "storage/soci/soci_job_store.hpp"
#include "storage/soci/soci_operation_store.hpp"
#include "storage/soci/soci_server_store.hpp"
#include "storage/soci/soci_upkeep_store.hpp"
#include "storage/soci/soci_workflow_store.hpp"
#include "tests/storage/races/interleaving.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

namespace jobhost::storage::races {

using enum StateName;

// One host with its own connections.
struct Host {
    OpenedDatabase opened;
    SteppedDatabase stepped{*opened.database};
    Changes changes{stepped};
    SociJobStore jobs{changes};
    SociServerStore servers{changes};
    SociWorkflowStore workflows{changes};
    SociOperationStore operations{changes};
    ServerId server;

    Host(const std::string& url, const std::string& name) : opened{open_database({.url = url}, nullptr)} {
        migrate(*opened.database);
        const ServedType type{.type = "test.job"};
        server = servers.enter({.incarnation = name, .name = name}, {&type, 1});
    }

    std::vector<ClaimedJob> claim(std::size_t limit) {
        ClaimRequest request{{}, limit};
        for (const Lane& lane : jobs.lanes())
            request.lanes.push_back({lane.id, 0});
        return jobs.exchange(server, {}, request).claimed;
    }
    Moved end(const ClaimedJob& run, Cause cause, State target) {
        const Settlement settlement{.job = run.id,
                                    .lease = run.lease,
                                    .cause = cause,
                                    .target = std::move(target),
                                    .started_at = run.claimed_at};
        return jobs.exchange(server, {&settlement, 1}, {}).moved.at(0);
    }
    Moved succeed(const ClaimedJob& run) {
        return end(run, Cause::succeeded, Succeeded{run.claimed_at, run.claimed_at, "{\"n\":1}"});
    }
    Moved fail(const ClaimedJob& run) { return end(run, Cause::failed, Failed{run.claimed_at}); }
};

// It finds out soon when two wait for each other.
inline test::PostgresCluster& impatient_cluster() {
    static test::PostgresCluster cluster{{"fsync=off", "deadlock_timeout=20ms"}};
    return cluster;
}

class Races : public testing::Test {
protected:
    test::PostgresCluster& cluster = impatient_cluster();
    const std::string url = cluster.url(cluster.create_database());
    Host one{url, "one"};
    Host two{url, "two"};
    SociJobQueries queries{*one.opened.database};
    SociUpkeepStore upkeep{one.changes};

    NewJob job() {
        NewJob made;
        made.id = one.jobs.reserve_ids(1);
        made.type = "test.job";
        return made;
    }
    NewBatch batch() { return {.id = BatchId{one.jobs.reserve_ids(1).value}, .name = "race"}; }
    StateName state_of(JobId id) { return name_of(queries.find(id).value().state); }
    BatchState state_of(BatchId id) { return one.workflows.find(id).value().state; }

    // `prepare` gives two acts, which meet in every order; `check` looks at what they leave, after which
    // everything that is left runs to its end.
    template <class Prepare, class Check>
    void race(Prepare prepare, Check check) {
        const int most = 40;
        int orders = 0;
        bool has_first = true;
        for (int first = 0; has_first && first < most; ++first) {
            bool has_second = true;
            for (int second = 0; has_second && second < most; ++second) {
                auto [by_first, by_second] = prepare();
                const Played played = play(one.stepped, two.stepped, {first, second}, by_first, by_second);
                has_second = played.second_had_all;
                has_first = played.first_had_all;
                ++orders;
                SCOPED_TRACE("first makes " + std::to_string(first) + " steps, then second " +
                             std::to_string(second));
                check();
                drain();
                if (HasFatalFailure() || HasNonfatalFailure()) return;
            }
        }
        EXPECT_GT(orders, 4);
        RecordProperty("orders", orders);
        EXPECT_FALSE(upkeep.recount()) << "the counters were wrong";
    }

    // Everything that can run does, and nothing is left.
    void drain() {
        for (int rounds = 0; rounds < 100; ++rounds) {
            bool is_any = one.workflows.go_on(1000) > 0;
            for (Host* host : {&one, &two})
                for (const ClaimedJob& run : host->claim(100)) {
                    EXPECT_EQ(host->succeed(run), Moved::yes);
                    is_any = true;
                }
            if (!is_any) break;
        }
        for (int part = 0; part < 3; ++part)
            EXPECT_EQ(one.workflows.sweep(10'000), 0u);
        const StateCounts counts = queries.count({}, {});
        for (const StateName state : {awaiting, enqueued, processing})
            EXPECT_EQ(counts.at(static_cast<std::size_t>(state)), 0) << to_string(state);
    }
};

}  // namespace jobhost::storage::races
