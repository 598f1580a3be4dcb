#include "host/execution/exchange_loop.hpp"

#include "storage/storage_error.hpp"
#include "tests/support/counted_events.hpp"

#include <gtest/gtest.h>

#include <new>

namespace jobhost::host {
namespace {

// A store with one job to claim, and none after that, that can be made to fail.
class OneJob final : public storage::JobStore {
public:
    Guarded<std::vector<storage::Settlement>> settled;
    test::CountedEvents settlements;
    std::atomic<int> failures = 0;  // that are still to come
    std::atomic<bool> refuses_claims = false;

    storage::Exchanged exchange(ServerId, std::span<const storage::Settlement> settlements_now,
                                const storage::ClaimRequest& claim) override {
        if (!settlements_now.empty() && failures-- > 0) throw std::bad_alloc{};
        if (refuses_claims && claim.limit > 0)
            throw storage::StorageError{storage::StorageError::Kind::corrupt, "a job's policy is missing"};
        storage::Exchanged exchanged;
        for (const storage::Settlement& settlement : settlements_now) {
            exchanged.moved.push_back(storage::Moved::yes);
            settled.with([&](auto& all) { all.push_back(settlement); });
            settlements.happened();
        }
        if (claim.limit > 0 && std::exchange(has_job_, false))
            exchanged.claimed.push_back({.id = JobId{7}, .lease = Lease{1}, .lane = LaneId{1}});
        return exchanged;
    }
    std::vector<Lane> lanes() override { return {{LaneId{1}, QueueName{"default"}, "test.job", 1}}; }
    JobId reserve_ids(std::size_t) override { return {}; }
    void insert(std::span<const NewJob>) override {}
    storage::Promoted promote_due(std::size_t) override { return {}; }
    void append_log(std::span<const storage::LogChunk>) override {}
    std::vector<storage::HeldRun> runs_of(ServerId, std::size_t) override { return {}; }

private:
    bool has_job_ = true;
};

struct ExchangeLoopTest : testing::Test {
    OneJob store;
    test::CountedEvents delivered;
    test::CountedEvents refused;
    ExchangeLoop loop{
        store,
        ServerId{1},
        1,
        {{QueueName{"default"}}, {{"test.job", 1}}},
        {[this](const std::vector<Assignment>&) { delivered.happened(); }, [this] { refused.happened(); }}};
};

TEST_F(ExchangeLoopTest, AnOutcomeOutlivesAnyFailureToWriteIt) {
    ASSERT_TRUE(delivered.wait_for(1));
    store.failures = 1;

    loop.finish({.job = JobId{7}, .lease = Lease{1}, .target = Succeeded{}});

    ASSERT_TRUE(store.settlements.wait_for(1));
    EXPECT_EQ(store.settled.with([](auto& all) { return all.at(0).job; }), JobId{7});
}

TEST_F(ExchangeLoopTest, AClaimThatCannotBeMadeKeepsNoOutcomeFromBeingWritten) {
    ASSERT_TRUE(delivered.wait_for(1));
    store.refuses_claims = true;

    loop.finish({.job = JobId{7}, .lease = Lease{1}, .target = Succeeded{}});

    EXPECT_TRUE(store.settlements.wait_for(1));
}

}  // namespace
}  // namespace jobhost::host
