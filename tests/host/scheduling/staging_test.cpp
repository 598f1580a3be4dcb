#include "host/scheduling/staging.hpp"

#include "tests/host/scheduling/recording_workflows.hpp"

#include <gtest/gtest.h>

#include <set>

namespace jobhost::host {
namespace {

class StagingTest : public testing::Test {
protected:
    RecordingWorkflows workflows;
    Submission submission;
    std::int64_t last = 0;

    BatchId batch(std::optional<BatchId> within = {}, std::vector<Parent> parents = {}) {
        submission.batches.push_back(
            {.id = BatchId{++last}, .name = "b", .within = within, .parents = std::move(parents)});
        return BatchId{last};
    }
    JobId job(std::optional<BatchId> batch, std::vector<Parent> parents = {}) {
        NewJob& job = submission.jobs.emplace_back();
        job.id = JobId{++last};
        job.batch = batch;
        job.parents = std::move(parents);
        return job.id;
    }
};

TEST_F(StagingTest, WhatFitsIntoATransactionStaysTogether) {
    const BatchId b = batch();
    for (std::size_t i = 1; i < kMaxMembersAtOnce; ++i)
        job(b);

    EXPECT_TRUE(stage(submission, workflows).opens.empty());
    EXPECT_EQ(submission.batches.size() + submission.jobs.size(), kMaxMembersAtOnce);
    EXPECT_TRUE(workflows.submitted.empty());
}

TEST_F(StagingTest, MoreLiesReadyBeforeItIsOpened) {
    const BatchId outer = batch();
    const JobId first = job(outer);
    const BatchId inner = batch(outer, {{first}});
    for (std::size_t i = 0; i < kMaxMembersAtOnce; ++i)
        job(inner);
    const JobId outside = job(std::nullopt, {{outer}});
    const BatchId second = batch(std::nullopt, {{outer}});
    job(second);

    const Staged staged = stage(submission, workflows);
    EXPECT_EQ(staged.opens, (std::vector{second, outer}));
    EXPECT_EQ(staged.jobs.size(), kMaxMembersAtOnce + 2);

    EXPECT_EQ(workflows.opened, std::vector{inner}) << "it waits for the outer one";
    EXPECT_TRUE(submission.batches.empty());
    ASSERT_EQ(submission.jobs.size(), 1u);
    EXPECT_EQ(submission.jobs[0].id, outside);
    EXPECT_GT(workflows.submitted.size(), 10u);
    std::set<std::int64_t> there;
    for (const auto& part : workflows.submitted) {
        EXPECT_LE(part.batches.size() + part.jobs.size(), kMostInPart);
        for (const NewBatch& batch : part.batches) {
            EXPECT_TRUE(batch.is_staged);
            there.insert(batch.id.value);
        }
        for (const NewJob& job : part.jobs) {
            there.insert(job.id.value);
            EXPECT_TRUE(there.contains(job.batch->value));
        }
        for (const NewBatch& batch : part.batches)
            for (const Parent& parent : batch.parents)
                EXPECT_TRUE(there.contains(std::visit([](auto id) { return id.value; }, parent.of)));
    }
    EXPECT_EQ(there.size(), kMaxMembersAtOnce + 5);
}

TEST_F(StagingTest, LargeArgumentsMakeSmallParts) {
    const BatchId b = batch();
    for (std::size_t i = 0; i < kMaxMembersAtOnce; ++i)
        job(b);
    for (std::size_t i = 0; i < 40; ++i)
        submission.jobs[i].arguments.assign(std::size_t{1} << 20, 'x');
    stage(submission, workflows);

    EXPECT_LE(workflows.submitted.at(0).jobs.size(), 16u);
}

TEST_F(StagingTest, ManyBytesAreStagedToo) {
    const BatchId b = batch();
    for (std::size_t i = 0; i < 20; ++i) {
        job(b);
        submission.jobs.back().arguments.assign(std::size_t{1} << 20, 'x');
    }
    EXPECT_EQ(stage(submission, workflows).opens, std::vector{b});
    EXPECT_EQ(workflows.submitted.size(), 2u);
}

TEST_F(StagingTest, ABatchThatWaitsForAJobGoesWithItWhateverTheirSize) {
    const JobId first = job(std::nullopt);
    const BatchId b = batch(std::nullopt, {{first}});
    for (std::size_t i = 0; i < 20; ++i) {
        job(b);
        submission.jobs.back().arguments.assign(std::size_t{1} << 20, 'x');
    }
    EXPECT_TRUE(stage(submission, workflows).opens.empty());
    EXPECT_EQ(submission.jobs.size(), 21u);
}

TEST_F(StagingTest, WhatFitsIsHandedInByOneTransaction) {
    const BatchId b = batch();
    job(b);
    job(b);
    submission.jobs.back().tags = {"known"};
    EXPECT_EQ(hand_in(submission, workflows, "ada"), (std::vector<Inserted>{{JobId{2}}, {JobId{3}, false}}));
    ASSERT_EQ(workflows.submitted.size(), 1u);
    EXPECT_FALSE(workflows.submitted[0].batches.at(0).is_staged);
    EXPECT_TRUE(workflows.submitted[0].opens.empty());
}

TEST_F(StagingTest, MoreComesIntoBeingWithTheLastTransaction) {
    const BatchId b = batch();
    for (std::size_t i = 0; i < kMaxMembersAtOnce; ++i)
        job(b);
    const JobId then = job(std::nullopt, {{b}});
    std::vector<std::size_t> told;
    EXPECT_EQ(hand_in(submission, workflows, "ada", [&](std::size_t done) { told.push_back(done); }).size(),
              kMaxMembersAtOnce + 1);
    EXPECT_EQ(told.back(), kMaxMembersAtOnce);
    EXPECT_EQ(workflows.submitted.back().opens, std::vector{b});
    ASSERT_EQ(workflows.submitted.back().jobs.size(), 1u);
    EXPECT_EQ(workflows.submitted.back().jobs[0].id, then);
    for (auto part = workflows.submitted.begin(); part + 1 != workflows.submitted.end(); ++part)
        EXPECT_TRUE(part->opens.empty());
}

TEST_F(StagingTest, WhatLiesReadyIsCancelledWhenSomethingIsRefused) {
    const BatchId b = batch();
    for (std::size_t i = 0; i < kMaxMembersAtOnce; ++i)
        job(b);
    workflows.refused = job(std::nullopt, {{b}});
    EXPECT_THROW(hand_in(submission, workflows, "ada"), storage::StorageError);
    EXPECT_EQ(workflows.cancelled, std::vector{b});
    workflows = {};
    workflows.refused = submission.jobs.front().id;
    EXPECT_THROW(hand_in(submission, workflows, "ada"), storage::StorageError);
    EXPECT_TRUE(workflows.cancelled.empty()) << "nothing was there";
}

TEST_F(StagingTest, ARefusalTellsThePartThatItCountsIn) {
    const BatchId b = batch(std::nullopt);
    for (std::size_t i = 0; i < kMaxMembersAtOnce; ++i)
        job(b);
    workflows.refused = submission.jobs.back().id;
    try {
        hand_in(submission, workflows, "ada");
        ADD_FAILURE() << "nothing was refused";
    } catch (const storage::StorageError& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("of the 1 jobs that come after " + std::to_string(kMaxMembersAtOnce - 1) +
                            " others: not that one"),
                  std::string::npos)
            << text;
    }
    EXPECT_EQ(workflows.cancelled, std::vector{b});
}

TEST_F(StagingTest, LargeBatchCannotWaitForAJobThatIsNotThere) {
    const JobId first = job(std::nullopt);
    const BatchId b = batch(std::nullopt, {{first}});
    for (std::size_t i = 0; i < kMaxMembersAtOnce; ++i)
        job(b);

    EXPECT_THROW(stage(submission, workflows), SubmissionRefused);
    EXPECT_TRUE(workflows.submitted.empty());
}

}  // namespace
}  // namespace jobhost::host
