#include "host/execution/cancel_requests.hpp"

#include "tests/host/execution/fake_jobs.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct CancelRequestsTest : testing::Test {
    test::ManualBootClock clock;
    test::FakeJobs jobs;
    std::vector<storage::HeldRun> found;
    CancelRequests requests{jobs, ServerId{1}, clock, [this](const std::vector<storage::HeldRun>& runs) {
                                found.insert(found.end(), runs.begin(), runs.end());
                            }};
    const storage::HeldRun run{JobId{7}, Lease{3}};

    void cancel() {
        jobs.content.with([&](auto& all) { all.cancelled = {run}; });
    }
};

TEST_F(CancelRequestsTest, WithoutRequestsItLooksAgainInASecond) {
    EXPECT_EQ(requests.run_once(), 1s);
    EXPECT_TRUE(found.empty());
}

TEST_F(CancelRequestsTest, ARunThatGoesOnIsFoundAgain) {
    cancel();
    requests.run_once();
    EXPECT_THAT(found, ElementsAre(run));

    clock.advance(1s);
    requests.run_once();
    EXPECT_THAT(found, ElementsAre(run, run)) << "it may not have begun yet the first time";

    jobs.content.with([](auto& all) { all.cancelled.clear(); });
    clock.advance(1s);
    requests.run_once();
    EXPECT_EQ(found.size(), 2u);
}

TEST_F(CancelRequestsTest, NewsAllTheTimeIsNoReasonToLookAllTheTime) {
    requests.run_once();
    cancel();
    clock.advance(40ms);
    EXPECT_EQ(requests.run_once(), 60ms);
    EXPECT_TRUE(found.empty());

    clock.advance(60ms);
    requests.run_once();
    EXPECT_THAT(found, ElementsAre(run));
}

}  // namespace
}  // namespace jobhost::host
