#include "host/upkeep/background_work.hpp"

#include "storage/storage_error.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

// Work that is taken in pieces.
struct Backlog {
    std::size_t left = 0;
    int calls = 0;
    bool is_broken = false;

    std::size_t take(std::size_t limit) {
        ++calls;
        if (is_broken)
            throw storage::StorageError{storage::StorageError::Kind::unavailable, "connection lost"};
        const std::size_t count = std::min(limit, left);
        left -= count;
        return count;
    }
};

class FakeWorkflows final : public storage::WorkflowStore {
public:
    Backlog work, strays;
    std::size_t go_on(std::size_t limit) override { return work.take(limit); }
    std::size_t sweep(std::size_t limit) override { return strays.take(limit); }

    std::vector<Inserted> submit(std::span<const NewBatch>, std::span<const NewJob>) override { return {}; }
    void open(BatchId) override {}
    bool cancel(BatchId, const std::string&) override { return false; }
    std::optional<Batch> find(BatchId) override { return {}; }
    storage::BatchPage list(std::optional<BatchState>, std::size_t, std::optional<BatchId>) override {
        return {};
    }
    std::vector<Batch> within(BatchId, std::size_t) override { return {}; }
    std::vector<ParentEnd> parents(JobId) override { return {}; }
    std::vector<storage::Child> children(std::variant<JobId, BatchId>, std::size_t) override { return {}; }
};

class FakeOperations final : public storage::OperationStore {
public:
    Backlog work;
    std::size_t go_on(std::size_t limit) override { return work.take(limit); }

    std::vector<storage::Operated> operate(std::span<const JobId>, const storage::Operation&) override {
        return {};
    }
    JobId run_again(JobId, const std::optional<std::string>&, const std::string&) override { return {}; }
    CommandId start(const storage::JobFilter&, const storage::Operation&) override { return {}; }
    std::optional<storage::Command> find(CommandId) override { return {}; }
    std::vector<storage::Command> commands(std::size_t) override { return {}; }
    void pause(const QueueName&, const std::string&, const std::string&, std::optional<TimePoint>) override {}
    bool resume(const QueueName&, const std::string&) override { return false; }
    std::vector<storage::QueueState> queues() override { return {}; }
};

class FakeLimits final : public storage::LimitStore {
public:
    Backlog work;
    std::size_t grant(std::size_t limit) override { return work.take(limit); }

    void set(std::span<const Limit>) override {}
    bool remove(const std::string&) override { return false; }
    std::vector<storage::LimitUsage> list() override { return {}; }
    std::vector<storage::KeyUsage> keys(const std::string&, std::size_t) override { return {}; }
    storage::SlotCounts slots_of(const LimitUse&) override { return {}; }
};

struct BackgroundWorkTest : testing::Test {
    test::ManualBootClock clock;
    FakeWorkflows workflows;
    FakeOperations operations;
    FakeLimits limits;
    int releases = 0;
    BackgroundWork work{workflows, operations, limits, clock, [this] { ++releases; }};
};

TEST_F(BackgroundWorkTest, WithNothingToDoItLooksAgainInASecond) {
    EXPECT_EQ(work.run_once(), 1s);
    EXPECT_EQ(workflows.work.calls, 1);
    EXPECT_EQ(operations.work.calls, 1);
    EXPECT_EQ(limits.work.calls, 1);
    EXPECT_EQ(releases, 0);
}

TEST_F(BackgroundWorkTest, NewsAllTheTimeIsNoReasonToLookAllTheTime) {
    work.run_once();
    clock.advance(20ms);
    EXPECT_EQ(work.run_once(), 30ms);
    EXPECT_EQ(workflows.work.calls, 1);

    clock.advance(30ms);
    EXPECT_EQ(work.run_once(), 1s);
    EXPECT_EQ(workflows.work.calls, 2);
}

TEST_F(BackgroundWorkTest, ABacklogOfAnyKindIsGoneOnWithAtOnce) {
    for (Backlog* backlog : {&workflows.work, &operations.work, &limits.work}) {
        clock.advance(1s);
        backlog->left = 700;
        releases = 0;

        EXPECT_EQ(work.run_once(), 0s);
        EXPECT_EQ(releases, 1) << "the first of them can be claimed while the others follow";
        EXPECT_EQ(work.run_once(), 1s);
        EXPECT_EQ(releases, 2);
        EXPECT_EQ(backlog->left, 0u);
    }
}

TEST_F(BackgroundWorkTest, SweepsOnceAMinuteAndNotBeforeTheBacklog) {
    workflows.work.left = 500;
    work.run_once();
    EXPECT_EQ(workflows.strays.calls, 0);

    clock.advance(1s);
    work.run_once();
    clock.advance(1s);
    work.run_once();
    EXPECT_EQ(workflows.strays.calls, 1);

    clock.advance(1min);
    work.run_once();
    EXPECT_EQ(workflows.strays.calls, 2);
}

TEST_F(BackgroundWorkTest, WhatASweepLetsGoCanBeClaimed) {
    workflows.strays.left = 1;

    work.run_once();

    EXPECT_EQ(releases, 1);
}

TEST_F(BackgroundWorkTest, WhatCannotBeDoneIsDoneByALaterCall) {
    workflows.work.left = 1;
    operations.work.left = 1;
    operations.work.is_broken = true;
    EXPECT_THROW(work.run_once(), storage::StorageError);
    EXPECT_EQ(releases, 1) << "what was done before counts";

    operations.work.is_broken = false;
    EXPECT_EQ(work.run_once(), 1s);
    EXPECT_EQ(operations.work.left, 0u);
    EXPECT_EQ(releases, 2);
}

}  // namespace
}  // namespace jobhost::host
