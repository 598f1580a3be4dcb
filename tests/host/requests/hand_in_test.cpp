#include "host/requests/hand_in.hpp"

#include "host/requests/bad_request.hpp"
#include "storage/storage_error.hpp"

#include <gmock/gmock.h>

#include <set>

namespace jobhost::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Accepts what refers to what it has accepted, as a store does.
class RecordingStore final : public storage::WorkflowStore {
public:
    std::vector<std::size_t> sizes;  // of each submission
    std::vector<std::int64_t> opened;
    std::vector<std::int64_t> cancelled;
    std::set<std::int64_t> known;
    bool is_staged = false;
    std::int64_t refused = 0;  // a job that it does not want

    std::vector<Inserted> submit(std::span<const NewBatch> batches, std::span<const NewJob> jobs) override {
        sizes.push_back(batches.size() + jobs.size());
        for (const NewBatch& batch : batches)
            known.insert(batch.id.value), is_staged = batch.is_staged;
        for (const NewJob& job : jobs)
            known.insert(job.id.value);
        std::vector<Inserted> inserted;
        for (const NewJob& job : jobs) {
            for (const Parent& parent : job.parents)
                EXPECT_TRUE(known.contains(std::visit([](auto id) { return id.value; }, parent.of)));
            if (job.batch) {
                EXPECT_TRUE(known.contains(job.batch->value));
            }
            if (job.id.value == refused)
                throw storage::StorageError{storage::StorageError::Kind::refused, "not that one"};
            inserted.push_back({job.id, job.tags.empty()});
        }
        return inserted;
    }
    void open(BatchId batch) override { opened.push_back(batch.value); }
    bool cancel(BatchId batch, const std::string&) override {
        cancelled.push_back(batch.value);
        return true;
    }
    std::optional<Batch> find(BatchId batch) override {
        return known.contains(batch.value) ? std::optional<Batch>{Batch{}} : std::nullopt;
    }

    storage::BatchPage list(std::optional<BatchState>, std::size_t, std::optional<BatchId>) override {
        return {};
    }
    std::vector<storage::Identified> identify(std::span<const std::int64_t>) override { return {}; }
    std::vector<Batch> within(BatchId, std::size_t) override { return {}; }
    std::vector<ParentEnd> parents(JobId) override { return {}; }
    std::vector<storage::Child> children(std::variant<JobId, BatchId>, std::size_t) override { return {}; }
    std::size_t go_on(std::size_t) override { return 0; }
    std::size_t sweep(std::size_t) override { return 0; }
};

// Batch 1 with `count` jobs from 10 on; each waits for the one behind it, the last one for none.
struct Chain {
    explicit Chain(std::size_t count) : batches(1), jobs(count) {
        batches[0].id = BatchId{1};
        for (std::size_t i = 0; i < count; ++i) {
            jobs[i].id = JobId{static_cast<std::int64_t>(10 + i)};
            jobs[i].batch = BatchId{1};
            if (i + 1 < count) jobs[i].parents = {{JobId{jobs[i].id.value + 1}, Condition::succeeded}};
        }
    }
    std::size_t hand_in_to(RecordingStore& store) {
        return hand_in(store, batches, jobs, "ada", [this](std::size_t done) { told.push_back(done); });
    }

    std::vector<NewBatch> batches;
    std::vector<NewJob> jobs;
    std::vector<std::size_t> told;
};

TEST(HandIn, WhatAStoreTakesGoesAtOnce) {
    RecordingStore store;
    Chain chain{100};
    EXPECT_EQ(chain.hand_in_to(store), 100u);
    EXPECT_THAT(store.sizes, ElementsAre(101));
    EXPECT_FALSE(store.is_staged);
    EXPECT_THAT(store.opened, IsEmpty());
    EXPECT_THAT(chain.told, IsEmpty());
}

TEST(HandIn, MoreIsStagedAndOpenedWhenAllOfItIsThere) {
    RecordingStore store;
    Chain chain{kMaxMembersAtOnce};
    EXPECT_EQ(chain.hand_in_to(store), kMaxMembersAtOnce);
    EXPECT_EQ(store.sizes.size(), kMaxMembersAtOnce / kJobsAtOnce + 1);
    EXPECT_TRUE(store.is_staged);
    EXPECT_THAT(store.opened, ElementsAre(1));
    EXPECT_EQ(chain.told.back(), kMaxMembersAtOnce);
}

TEST(HandIn, ManyBytesAreStagedToo) {
    RecordingStore store;
    Chain chain{20};
    for (NewJob& job : chain.jobs)
        job.arguments = std::string(std::size_t{1} << 20, ' ');
    chain.hand_in_to(store);
    EXPECT_THAT(store.sizes, ElementsAre(17, 4));
}

TEST(HandIn, NestedBatchesOpenFromWithinAndMayWaitForJobs) {
    RecordingStore store;
    Chain chain{kMaxMembersAtOnce};
    NewBatch nested;
    nested.id = BatchId{2};
    nested.within = BatchId{1};
    nested.parents = {{JobId{10}, Condition::finished}};
    chain.batches.push_back(nested);
    chain.jobs.back().batch = BatchId{1};
    NewJob last;
    last.id = JobId{9'000'000};
    last.batch = BatchId{2};
    chain.jobs.push_back(last);
    chain.hand_in_to(store);
    EXPECT_THAT(store.opened, ElementsAre(2, 1));
}

TEST(HandIn, JobsThatOthersStandForAreNotCounted) {
    RecordingStore store;
    Chain chain{5};
    chain.jobs[3].tags = {"known"};
    EXPECT_EQ(chain.hand_in_to(store), 4u);
}

TEST(HandIn, AStagedBatchThatIsRefusedIsCancelled) {
    RecordingStore store;
    store.refused = 10;  // the last one in order
    Chain chain{kMaxMembersAtOnce};
    try {
        chain.hand_in_to(store);
        ADD_FAILURE() << "nothing was refused";
    } catch (const storage::StorageError& error) {
        EXPECT_THAT(error.what(), HasSubstr(" jobs that come after 4999"));
        EXPECT_THAT(error.what(), HasSubstr(" others: not that one"));
    }
    EXPECT_THAT(store.cancelled, ElementsAre(1));
    EXPECT_THAT(store.opened, IsEmpty());
}

TEST(HandIn, ACircleIsRefusedBeforeAnythingIsThere) {
    for (const std::size_t count : {std::size_t{2}, kMaxMembersAtOnce}) {
        RecordingStore store;
        Chain chain{count};
        chain.jobs.back().parents = {{JobId{10}, Condition::succeeded}};
        EXPECT_THROW(chain.hand_in_to(store), BadRequest);
        EXPECT_THAT(store.sizes, IsEmpty());
    }
}

}  // namespace
}  // namespace jobhost::host
