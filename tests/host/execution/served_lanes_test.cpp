#include "host/execution/served_lanes.hpp"

#include "storage/storage_error.hpp"
#include "tests/host/execution/fake_jobs.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Lanes 1, 2 and 3 are those of the queues critical, default and reports.
class ThreeLanes final : public test::FakeJobs {
public:
    std::vector<Lane> lanes() override {
        return {{LaneId{1}, QueueName{"critical"}, "test.job", 1},
                {LaneId{2}, QueueName{"default"}, "test.job", 1},
                {LaneId{3}, QueueName{"reports"}, "test.job", 1}};
    }
};

struct ServedLanesTest : testing::Test {
    test::ManualBootClock clock;
    ThreeLanes jobs;
    std::set<QueueName> paused;
    bool is_broken = false;
    std::optional<ServedLanes> lanes;

    void serve(std::vector<ServedQueue> queues) {
        lanes.emplace(jobs, Served{std::move(queues), {{"test.job", 1}}}, clock, [this] {
            if (is_broken)
                throw storage::StorageError{storage::StorageError::Kind::unavailable, "connection lost"};
            return paused;
        });
        lanes->refresh(true);
    }
    static std::vector<std::int64_t> ids(const std::vector<storage::ClaimLane>& lanes) {
        std::vector<std::int64_t> all;
        for (const storage::ClaimLane& lane : lanes)
            all.push_back(lane.lane.value);
        return all;
    }
    // Each part as "2,3<=5": its lanes in order, and how many of them at most.
    std::vector<std::string> parts(std::size_t limit) {
        const storage::ClaimRequest request = lanes->request({}, limit);
        EXPECT_EQ(request.limit, limit);
        std::vector<std::string> all;
        const auto add = [&](const std::vector<storage::ClaimLane>& given, std::size_t most) {
            std::string text;
            for (const std::int64_t id : ids(given))
                text += (text.empty() ? "" : ",") + std::to_string(id);
            all.push_back(text + "<=" + std::to_string(most));
        };
        add(request.lanes, request.limit);
        for (const auto& part : request.more)
            add(part.lanes, part.limit);
        return all;
    }
    void take(std::int64_t job, std::int64_t lane) {
        lanes->took(1, {{.id = JobId{job}, .lease = Lease{1}, .lane = LaneId{lane}}});
    }
    void end(std::int64_t job) {
        lanes->ended(std::vector<storage::Settlement>{{.job = JobId{job}, .lease = Lease{1}}});
    }
};

TEST_F(ServedLanesTest, QueuesWithoutSettingsAreServedInTheirOrder) {
    serve({{{"reports"}}, {{"critical"}}, {{"default"}}});

    EXPECT_THAT(parts(5), ElementsAre("3,1,2<=5"));
    const auto request = lanes->request({}, 5);
    EXPECT_LT(request.lanes[0].rank, request.lanes[1].rank);
    EXPECT_LT(request.lanes[1].rank, request.lanes[2].rank);
}

TEST_F(ServedLanesTest, ACappedQueueIsAPartOfItsOwnAndKeepsItsPlace) {
    serve({{{"critical"}}, {.name = {"default"}, .workers = 2}, {{"reports"}}});

    EXPECT_THAT(parts(5), ElementsAre("1<=5", "2<=2", "3<=5"));
    EXPECT_THAT(parts(1), ElementsAre("1<=1", "2<=1", "3<=1"));
}

TEST_F(ServedLanesTest, WhatRunsCountsTowardsTheCapUntilItHasEnded) {
    serve({{.name = {"default"}, .workers = 2}});
    take(7, 2);
    EXPECT_THAT(parts(5), ElementsAre("<=5", "2<=1"));
    take(8, 2);
    EXPECT_THAT(parts(5), ElementsAre("<=5", "2<=0"));

    end(7);
    EXPECT_THAT(parts(5), ElementsAre("<=5", "2<=1"));
    end(7);  // its settlement goes once more, as its answer was lost
    EXPECT_THAT(parts(5), ElementsAre("<=5", "2<=1"));
}

TEST_F(ServedLanesTest, OtherTypesAreClaimedOnceTheyAreServed) {
    serve({{QueueName{"critical"}}});
    EXPECT_THAT(parts(5), ElementsAre("1<=5"));
    lanes->serve({{{QueueName{"critical"}}}, {{"other.job", 1}}});
    lanes->refresh(false);
    EXPECT_THAT(parts(5), ElementsAre("<=5"));
    lanes->serve({{{QueueName{"critical"}}}, {{"test.job", 2}}, {{"test.job", 1}}});
    lanes->refresh(false);
    EXPECT_THAT(parts(5), ElementsAre("1<=5")) << "it takes the older version, too";
}

TEST_F(ServedLanesTest, APausedQueueIsNotClaimedFrom) {
    paused = {{"critical"}};
    serve({{{"critical"}}, {{"default"}}});
    EXPECT_THAT(parts(5), ElementsAre("2<=5"));

    paused.clear();
    clock.advance(1s);
    lanes->refresh(false);
    EXPECT_THAT(parts(5), ElementsAre("1,2<=5"));
}

TEST_F(ServedLanesTest, PausesThatCannotBeReadStayAsTheyWere) {
    paused = {{"critical"}};
    serve({{{"critical"}}, {{"default"}}});
    is_broken = true;

    EXPECT_NO_THROW(lanes->refresh(true));

    EXPECT_THAT(parts(5), ElementsAre("2<=5"));
}

TEST_F(ServedLanesTest, WithWeightsAQueueComesFirstAsOftenAsItsPartOfAllWeights) {
    serve({{.name = {"critical"}, .weight = 3}, {{"default"}}});
    constexpr int kClaims = 4000;
    int first = 0;
    for (int i = 0; i < kClaims; ++i) {
        const auto order = ids(lanes->request({}, 1).lanes);
        ASSERT_EQ(order.size(), 2u) << "the other one gets what is left";
        first += order[0] == 1;
    }
    // 3 of 4; eleven standard deviations are 0.075.
    EXPECT_NEAR(first, kClaims * 3 / 4, kClaims * 0.075);
}

TEST_F(ServedLanesTest, TypesThatAreNotAvailableAreLeftOut) {
    serve({{{"default"}}});
    EXPECT_TRUE(lanes->request({{"test.job", 1}}, 5).lanes.empty());
}

}  // namespace
}  // namespace jobhost::host
