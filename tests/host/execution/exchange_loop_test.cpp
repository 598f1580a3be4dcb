#include "host/execution/exchange_loop.hpp"

#include "tests/host/execution/fake_jobs.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <new>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
using test::FakeJobs;
using testing::ElementsAre;

struct ExchangeLoopTest : testing::Test {
    test::ManualBootClock clock;
    FakeJobs jobs;
    Guarded<std::vector<storage::HeldRun>> delivered;
    test::CountedEvents deliveries;
    test::CountedEvents refused;
    test::CountedEvents renewals;
    std::atomic<bool> may_claim = true;
    std::atomic<bool> is_live = true;
    std::optional<ExchangeLoop> loop;

    void start(std::size_t workers = 2, ServedQueue queue = {QueueName{"default"}}) {
        loop.emplace(jobs, ServerId{1}, workers, Served{{std::move(queue)}, {{"test.job", 1}}}, clock,
                     ExchangeLoop::Callbacks{
                         .deliver =
                             [this](const std::vector<Assignment>& assignments) {
                                 for (const Assignment& assignment : assignments) {
                                     delivered.with([&](auto& all) {
                                         all.push_back({assignment.job.id, assignment.job.lease});
                                     });
                                     deliveries.happened();
                                 }
                             },
                         .refused = [this] { refused.happened(); },
                         .may_claim = [this] { return may_claim.load(); },
                         .renew =
                             [this] {
                                 jobs.content.with([](auto& all) { all.calls.push_back("renew"); });
                                 renewals.happened();
                                 return is_live.load();
                             },
                     });
    }
    // One job is claimed and runs.
    storage::HeldRun start_with_a_run() {
        jobs.enqueue(7);
        start();
        EXPECT_TRUE(deliveries.wait_for(1));
        return last_delivered();
    }
    storage::HeldRun last_delivered() {
        return delivered.with([](auto& all) { return all.back(); });
    }
    void finish(const storage::HeldRun& run, const std::string& result = "") {
        loop->finish({.job = run.job, .lease = run.lease, .target = Succeeded{{}, {}, result}});
    }
    int count_of(int FakeJobs::Content::*number) {
        return jobs.content.with([&](auto& all) { return all.*number; });
    }
    // The calls since the first of that name.
    std::vector<std::string> calls_since(const std::string& call) {
        const auto all = jobs.calls();
        return {std::find(all.begin(), all.end(), call), all.end()};
    }
};

TEST_F(ExchangeLoopTest, AnOutcomeOutlivesAnyFailureToWriteIt) {
    const auto run = start_with_a_run();
    jobs.fail_next(FakeJobs::Fault::before);

    finish(run);

    ASSERT_TRUE(jobs.settlements.wait_for(1));
    EXPECT_TRUE(jobs.content.with([&](auto& all) { return all.settled.contains(run); }));
}

TEST_F(ExchangeLoopTest, LogLinesThatAreRefusedKeepNoOutcomeFromBeingWritten) {
    const auto run = start_with_a_run();
    jobs.content.with([](auto& all) { all.refuses_log = true; });
    loop->append_log({.job = run.job, .lease = run.lease, .number = 0, .lines = "[]"});

    finish(run);

    ASSERT_TRUE(jobs.settlements.wait_for(1));
    EXPECT_TRUE(jobs.content.with([&](auto& all) { return all.settled.contains(run); }));
}

TEST_F(ExchangeLoopTest, AClaimThatCannotBeMadeKeepsNoOutcomeFromBeingWritten) {
    const auto run = start_with_a_run();
    jobs.content.with([](auto& all) { all.refuses_claims = true; });

    finish(run);

    EXPECT_TRUE(jobs.settlements.wait_for(1));
}

TEST_F(ExchangeLoopTest, AnOutcomeWhoseAnswerWasLostIsGivenAgainAndRecordedOnce) {
    const auto run = start_with_a_run();
    jobs.fail_next(FakeJobs::Fault::after);

    finish(run);

    ASSERT_TRUE(jobs.comparisons.wait_for(1));
    EXPECT_EQ(jobs.settlements.count(), 1);
    EXPECT_EQ(count_of(&FakeJobs::Content::already), 1);
    EXPECT_EQ(count_of(&FakeJobs::Content::lost), 0);
}

TEST_F(ExchangeLoopTest, AfterAFailureTheLeaseIsRenewedThenOutcomesAreWrittenThenClaimsCompared) {
    const auto run = start_with_a_run();
    jobs.fail_next(FakeJobs::Fault::before);

    finish(run);

    ASSERT_TRUE(jobs.comparisons.wait_for(1));
    const auto calls = calls_since("renew");
    ASSERT_GE(calls.size(), 3u);
    EXPECT_EQ(calls[0], "renew");
    EXPECT_EQ(calls[1], "exchange 1+0") << "nothing that can fail goes along";
    EXPECT_EQ(calls[2], "runs_of") << "before anything is claimed again";
}

TEST_F(ExchangeLoopTest, AServerThatIsDeadAfterAnOutageWritesNothing) {
    const auto run = start_with_a_run();
    is_live = false;
    jobs.fail_next(FakeJobs::Fault::before);

    finish(run);

    ASSERT_TRUE(renewals.wait_for(1));
    loop->stop();
    EXPECT_EQ(jobs.settlements.count(), 0);
    EXPECT_FALSE(loop->is_drained());
}

TEST_F(ExchangeLoopTest, JobsOfAClaimWhoseAnswerWasLostAreGivenBackAndRun) {
    jobs.fail_next(FakeJobs::Fault::after);
    jobs.enqueue(7);
    jobs.enqueue(8);
    start();

    ASSERT_TRUE(deliveries.wait_for(2));

    EXPECT_THAT(calls_since("renew"), testing::Contains("exchange 2+2")) << "back, and claimed again";
    EXPECT_THAT(delivered.with([](auto& all) { return all; }),
                ElementsAre(storage::HeldRun{JobId{7}, Lease{3}}, storage::HeldRun{JobId{8}, Lease{4}}));
    EXPECT_EQ(count_of(&FakeJobs::Content::lost), 0);
}

TEST_F(ExchangeLoopTest, AGiveBackWhoseAnswerWasLostDoesNoHarm) {
    jobs.enqueue(7);
    jobs.fail_next(FakeJobs::Fault::after);
    jobs.during_exchange = [&] {
        if (jobs.exchanges.count() == 2) jobs.fail_next(FakeJobs::Fault::after);
    };
    start();

    ASSERT_TRUE(deliveries.wait_for(1));
    EXPECT_EQ(last_delivered(), (storage::HeldRun{JobId{7}, Lease{3}}));
    EXPECT_EQ(count_of(&FakeJobs::Content::lost), 0);
}

TEST_F(ExchangeLoopTest, EveryHalfMinuteItIsLookedForClaimsThatNobodyReceived) {
    const auto run = start_with_a_run();
    EXPECT_EQ(jobs.comparisons.count(), 0);
    // An exchange that was given up has taken effect late.
    jobs.content.with([](auto& all) { all.processing[JobId{9}] = Lease{5}; });

    clock.advance(30s);
    loop->wake();

    ASSERT_TRUE(jobs.settlements.wait_for(1));
    ASSERT_TRUE(deliveries.wait_for(2));
    EXPECT_EQ(last_delivered().job, JobId{9});
    EXPECT_TRUE(jobs.content.with([&](auto& all) { return all.processing.contains(run.job); }))
        << "what runs here is not given back";
}

TEST_F(ExchangeLoopTest, ARunThatHasEndedAndIsNotWrittenIsNotGivenBack) {
    const auto run = start_with_a_run();
    clock.advance(30s);

    finish(run);  // goes with the exchange that compares

    ASSERT_TRUE(jobs.settlements.wait_for(1));
    EXPECT_EQ(jobs.comparisons.count(), 1);
    EXPECT_THAT(jobs.calls(), testing::Contains("exchange 1+2"));
    EXPECT_EQ(count_of(&FakeJobs::Content::lost), 0);
}

TEST_F(ExchangeLoopTest, NothingIsClaimedWhileTheLeaseRunsDown) {
    const auto run = start_with_a_run();
    may_claim = false;
    jobs.enqueue(8);

    finish(run);

    ASSERT_TRUE(jobs.settlements.wait_for(1));
    EXPECT_GE(renewals.count(), 1) << "first it asks for more";
    EXPECT_EQ(deliveries.count(), 1);
    may_claim = true;
    loop->wake();
    EXPECT_TRUE(deliveries.wait_for(2));
}

TEST_F(ExchangeLoopTest, AServerThatWasDeclaredDeadIsToldSo) {
    const auto run = start_with_a_run();
    jobs.content.with([&](auto& all) {
        all.is_server_live = false;
        all.processing.clear();  // recovered by others
    });

    finish(run);

    EXPECT_TRUE(refused.wait_for(1));
    EXPECT_EQ(count_of(&FakeJobs::Content::lost), 1);
}

TEST_F(ExchangeLoopTest, NoMoreIsClaimedThanThereIsRoomForOutcomes) {
    jobs.enqueue(7);
    jobs.enqueue(8);
    test::CountedEvents may_go_on;
    jobs.during_exchange = [&] {
        if (jobs.exchanges.count() == 2) may_go_on.wait_for(1);
    };
    start();
    ASSERT_TRUE(deliveries.wait_for(2));
    jobs.enqueue(9);
    loop->wake();
    ASSERT_TRUE(jobs.exchanges.wait_for(2));
    EXPECT_TRUE(loop->has_room());

    const auto runs = delivered.with([](auto& all) { return all; });
    finish(runs[0], std::string(Unwritten::kMostBytes, 'x'));
    EXPECT_FALSE(loop->has_room());
    finish(runs[1]);
    may_go_on.happened();

    ASSERT_TRUE(deliveries.wait_for(3));
    EXPECT_THAT(calls_since("exchange 2+0"), testing::Contains("exchange 0+2")) << "written first";
    EXPECT_TRUE(loop->has_room());
}

TEST_F(ExchangeLoopTest, ARunThatEndsWhileTheDatabaseFailsMakesRoomInItsQueue) {
    std::atomic<bool> must_end = false;
    jobs.during_exchange = [&] {
        if (must_end.exchange(false)) finish(last_delivered());
    };
    jobs.enqueue(7);
    start(2, {.name = QueueName{"default"}, .workers = 1});
    ASSERT_TRUE(deliveries.wait_for(1));
    const int exchanges = jobs.exchanges.count();
    jobs.fail_next(FakeJobs::Fault::before);
    must_end = true;

    loop->wake();

    ASSERT_TRUE(jobs.settlements.wait_for(1));
    ASSERT_TRUE(jobs.exchanges.wait_for(exchanges + 3)) << "it fails, settles, claims";
    loop->stop();
    const auto parts = jobs.content.with([](auto& all) { return all.last_parts; });
    ASSERT_EQ(parts.size(), 1u);
    EXPECT_EQ(parts[0].limit, 1u);
}

TEST_F(ExchangeLoopTest, CrashesAreRefundedAfterTheirOutcomesAreWritten) {
    const auto run = start_with_a_run();
    jobs.fail_next(FakeJobs::Fault::before);
    finish(run);
    loop->refund({{{.job = run.job, .lease = run.lease, .crashes = 1, .refunded = 1}}, "one", "why"});
    ASSERT_TRUE(jobs.refunds.wait_for(1));
    const auto calls = jobs.calls();
    const auto refund = std::find(calls.begin(), calls.end(), "refund 7");
    EXPECT_EQ(std::count_if(calls.begin(), refund,
                            [](const std::string& call) { return call.starts_with("exchange 1+"); }),
              2)
        << "the first one failed";
    EXPECT_EQ(jobs.settlements.count(), 1);
}

TEST_F(ExchangeLoopTest, LanesAreReadWhenThereIsNewsAndEverySecond) {
    const auto run = start_with_a_run();
    const int before = jobs.lane_readings.count();
    finish(run);
    ASSERT_TRUE(jobs.settlements.wait_for(1));
    EXPECT_EQ(jobs.lane_readings.count(), before) << "an outcome is no news";

    loop->wake();
    ASSERT_TRUE(jobs.lane_readings.wait_for(before + 1));

    clock.advance(1s);
    loop->set_unavailable_types({});
    EXPECT_TRUE(jobs.lane_readings.wait_for(before + 2)) << "a second is over";
}

}  // namespace
}  // namespace jobhost::host
