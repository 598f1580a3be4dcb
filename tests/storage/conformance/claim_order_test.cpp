#include "tests/storage/conformance/conformance.hpp"

#include <limits>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;

class ClaimOrderConformance : public StorageConformance {};

TEST_P(ClaimOrderConformance, JobsOfOneInstantComeById) {
    const auto ids = insert_many(20);
    EXPECT_EQ(ids_of(claim(7)), std::vector(ids.begin(), ids.begin() + 7));
    EXPECT_EQ(ids_of(claim(20)), std::vector(ids.begin() + 7, ids.end()));
}

TEST_P(ClaimOrderConformance, TheIdAndNotTheInsertDecidesAmongEquals) {
    std::vector<NewJob> batch{job(), job(), job()};
    const auto ids = ids_of(batch);
    std::reverse(batch.begin(), batch.end());
    for (const NewJob& made : batch)
        insert(made);
    EXPECT_EQ(ids_of(claim(3)), ids);
}

TEST_P(ClaimOrderConformance, TheOrderKeyIsTheInstantLessASecondForEachPoint) {
    insert(job_in("default", 7));
    insert(job_in("default", -7));
    const auto now = clock.now().time_since_epoch().count();
    const auto runs = claim(2);
    EXPECT_EQ(runs.at(0).order_key, now - 7'000'000);
    EXPECT_EQ(runs.at(1).order_key, now + 7'000'000);
}

TEST_P(ClaimOrderConformance, ANegativePriorityWaitsLonger) {
    const JobId lowly = insert(job_in("default", -10));
    clock.advance(9s);
    const JobId sooner = insert();
    clock.advance(2s);
    const JobId later = insert();
    EXPECT_EQ(ids_of(claim(3)), (std::vector{sooner, lowly, later}));
}

TEST_P(ClaimOrderConformance, NothingWaitsForEver) {
    const JobId lowly = insert(job_in("default", kMinPriority));
    clock.advance(2000s + 1us);
    const JobId urgent = insert(job_in("default", kMaxPriority));
    EXPECT_EQ(ids_of(claim(2)), (std::vector{lowly, urgent}));
}

TEST_P(ClaimOrderConformance, ALimitOfZeroTakesNothing) {
    const JobId id = insert();
    EXPECT_TRUE(claim(0).empty());
    EXPECT_EQ(state_of(id), enqueued);
}

TEST_P(ClaimOrderConformance, WithoutLanesNothingIsTaken) {
    const JobId id = insert();
    EXPECT_TRUE(claim(ClaimRequest{{}, 5}).empty());
    EXPECT_EQ(state_of(id), enqueued);
}

TEST_P(ClaimOrderConformance, ALaneThatIsNotThereHoldsNothing) {
    const JobId id = insert();
    const LaneId known = lane_of("default");
    EXPECT_TRUE(claim(ClaimRequest{{{LaneId{known.value + 1000}, 0}}, 5}).empty());
    const ClaimRequest both{{{LaneId{known.value + 1000}, 0}, {known, 1}}, 5};
    EXPECT_EQ(ids_of(claim(both)), std::vector{id});
}

TEST_P(ClaimOrderConformance, AnEmptyDatabaseHasNothingToTake) {
    EXPECT_TRUE(jobs.lanes().empty());
    EXPECT_TRUE(claim(5).empty());
}

TEST_P(ClaimOrderConformance, ALimitOverWhatIsThereTakesAll) {
    insert_many(30);
    EXPECT_EQ(claim(1'000'000).size(), 30u);
    EXPECT_TRUE(claim(1'000'000).empty());
}

TEST_P(ClaimOrderConformance, LimitsAreExactOverManyLanes) {
    for (int queue = 0; queue < 10; ++queue)
        insert_many(3, job_in("queue " + std::to_string(queue)));

    EXPECT_EQ(claim(7).size(), 7u);
    EXPECT_EQ(claim(22).size(), 22u);
    EXPECT_EQ(claim(9).size(), 1u);
}

TEST_P(ClaimOrderConformance, AFullLaneFillsAClaimBesideEmptyOnes) {
    for (const char* queue : {"a", "b", "c", "d"})
        insert(job_in(queue));
    claim(9);
    const auto ids = insert_many(100, job_in("b"));
    EXPECT_EQ(ids_of(claim(100)), ids);
}

TEST_P(ClaimOrderConformance, TheFirstOfAClaimIsTheBestOfAllLanes) {
    for (int queue = 0; queue < 8; ++queue) {
        insert_many(3, job_in("queue " + std::to_string(queue)));
        clock.advance(1ms);
    }
    const JobId best = insert(job_in("queue 5", 100));
    EXPECT_EQ(claim(4).at(0).id, best);
}

TEST_P(ClaimOrderConformance, NoBetterJobOfALaneIsPassedOver) {
    std::vector<JobId> of_a;
    std::vector<JobId> of_b;
    for (int i = 0; i < 40; ++i) {
        of_a.push_back(insert(job_in("a")));
        if (i % 4 == 0) of_b.push_back(insert(job_in("b")));
        clock.advance(1ms);
    }
    const ClaimRequest request{{{lane_of("a"), 0}, {lane_of("b"), 0}}, 10};
    std::vector<JobId> taken_of_a;
    std::vector<JobId> taken_of_b;
    for (int i = 0; i < 5; ++i)
        for (const ClaimedJob& run : claim(request))
            (run.lane == lane_of("a") ? taken_of_a : taken_of_b).push_back(run.id);
    EXPECT_EQ(taken_of_a, of_a);
    EXPECT_EQ(taken_of_b, of_b);
}

TEST_P(ClaimOrderConformance, WhatIsTakenComesBestFirst) {
    for (int i = 0; i < 12; ++i) {
        insert(job_in(i % 2 ? "a" : "b", (i * 7) % 5));
        clock.advance(300ms);
    }
    const auto runs = claim(12);
    ASSERT_EQ(runs.size(), 12u);
    EXPECT_TRUE(std::is_sorted(runs.begin(), runs.end(), [](const ClaimedJob& a, const ClaimedJob& b) {
        return std::pair{a.order_key, a.id} < std::pair{b.order_key, b.id};
    }));
}

TEST_P(ClaimOrderConformance, LanesOfOneRankAreMergedByAge) {
    std::vector<JobId> expected;
    for (int i = 0; i < 6; ++i) {
        expected.push_back(insert(job_in(i % 2 ? "a" : "b")));
        clock.advance(1ms);
    }
    const ClaimRequest request{{{lane_of("a"), 3}, {lane_of("b"), 3}}, 6};
    EXPECT_EQ(ids_of(claim(request)), expected);
}

TEST_P(ClaimOrderConformance, ABetterRankIsEmptiedFirst) {
    const auto good = insert_many(5, job_in("good", kMinPriority));
    const auto better = insert_many(5, job_in("better", kMinPriority));
    insert_many(5, job_in("worse", kMaxPriority));

    const ClaimRequest request{{{lane_of("worse"), 7}, {lane_of("good"), 0}, {lane_of("better"), -3}}, 8};
    std::vector<JobId> expected = better;
    expected.insert(expected.end(), good.begin(), good.begin() + 3);
    EXPECT_EQ(ids_of(claim(request)), expected);
}

TEST_P(ClaimOrderConformance, ABetterJobThatComesLaterIsSeenAtOnce) {
    insert_many(10);
    claim(5);
    const JobId urgent = insert(job_in("default", 1));
    EXPECT_EQ(claim_one().id, urgent);
}

TEST_P(ClaimOrderConformance, AJobThatWasGivenBackIsSeenAtOnce) {
    const auto ids = insert_many(10);
    const auto runs = claim(5);
    settle(return_of(runs[1]));
    EXPECT_EQ(claim_one().id, ids[1]);
}

TEST_P(ClaimOrderConformance, WhatAnExchangeGivesBackItMayTakeAgain) {
    const JobId id = insert();
    const Settlement given_back = return_of(claim_one());
    const auto again = jobs.exchange(server, {&given_back, 1}, anything(1)).claimed;
    EXPECT_EQ(ids_of(again), std::vector{id});
}

TEST_P(ClaimOrderConformance, OnlyEnqueuedJobsAreTaken) {
    NewJob later = job();
    later.due_at = clock.now() + 1h;
    insert(later);
    insert_many(3);
    const auto runs = claim(3);
    settle(success_of(runs[0]));
    settle(failure_of(runs[1]));
    EXPECT_TRUE(claim(9).empty());
}

TEST_P(ClaimOrderConformance, OfAPayloadVersionOnlyWhatIsAskedFor) {
    NewJob second = job();
    second.payload_version = 2;
    insert();
    insert(second);
    for (const Lane& lane : jobs.lanes())
        if (lane.payload_version == 2) {
            EXPECT_EQ(ids_of(claim(ClaimRequest{{{lane.id, 0}}, 9})), std::vector{second.id});
        }
}

TEST_P(ClaimOrderConformance, AClockThatIsSetBackHindersNothing) {
    insert_many(3);
    claim(1);
    clock.advance(-1h);
    const JobId sooner = insert();
    const auto runs = claim(9);
    ASSERT_EQ(runs.size(), 3u);
    EXPECT_EQ(runs[0].id, sooner);
}

TEST_P(ClaimOrderConformance, ARunSaysWhichLaneItIsOf) {
    insert(job_in("a"));
    insert(job_in("b"));
    for (const ClaimedJob& run : claim(2))
        EXPECT_EQ(run.lane, lane_of(find(run.id).queue.value));
}

TEST_P(ClaimOrderConformance, BehindAPositionIsLookedAtFirst) {
    const auto ids = insert_many(6);
    const ClaimedJob second = claim(2).at(1);
    ClaimRequest request{{{lane_of("default"), 0}}, 2};
    request.lanes[0].after = ClaimPosition{second.order_key, second.id};
    EXPECT_EQ(ids_of(claim(request)), (std::vector{ids[2], ids[3]}));
}

TEST_P(ClaimOrderConformance, BeforeAPositionIsLookedAtWhenThatIsNotEnough) {
    const auto ids = insert_many(3);
    const auto runs = claim(3);
    settle(return_of(runs[0]));
    const JobId behind = insert();
    ClaimRequest request{{{lane_of("default"), 0}}, 9};
    request.lanes[0].after = ClaimPosition{runs[2].order_key, runs[2].id};
    auto taken = ids_of(claim(request));
    std::sort(taken.begin(), taken.end());
    EXPECT_EQ(taken, (std::vector{ids[0], behind}));
}

TEST_P(ClaimOrderConformance, APositionBehindEverythingHidesNothing) {
    const auto ids = insert_many(3);
    insert(job_in("other"));
    ClaimRequest request{{{lane_of("default"), 0}, {lane_of("other"), 0}}, 9};
    for (ClaimLane& lane : request.lanes)
        lane.after = ClaimPosition{std::numeric_limits<std::int64_t>::max(), JobId{1}};
    EXPECT_EQ(claim(request).size(), 4u);
}

INSTANTIATE_TEST_SUITE_P(Databases, ClaimOrderConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
