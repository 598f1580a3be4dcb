#include "host/requests/order.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OrderTest : public testing::Test {
protected:
    Submission submission;
    std::int64_t last = 0;

    JobId job(std::vector<std::int64_t> after = {}, std::optional<BatchId> batch = {}) {
        NewJob& job = submission.jobs.emplace_back();
        job.id = JobId{--last};
        job.type = "job " + std::to_string(-last);
        job.batch = batch;
        for (const std::int64_t id : after)
            job.parents.push_back({JobId{id}});
        return job.id;
    }
    BatchId batch(std::vector<std::int64_t> after = {}, std::optional<BatchId> within = {}) {
        NewBatch& batch = submission.batches.emplace_back();
        batch.id = BatchId{--last};
        batch.within = within;
        for (const std::int64_t id : after)
            batch.parents.push_back({JobId{id}});
        return batch.id;
    }
    // The jobs by the ids that they had, in their order.
    std::vector<std::string> types() const {
        std::vector<std::string> found;
        for (const NewJob& job : submission.jobs)
            found.push_back(job.type);
        return found;
    }
};

TEST_F(OrderTest, WhatIsRightStaysAsItIs) {
    const BatchId b = batch();
    job({}, b);
    job({-2}, b);
    job({}, b);
    EXPECT_THAT(put_in_order(submission), IsEmpty());
    EXPECT_THAT(types(), ElementsAre("job 2", "job 3", "job 4"));
    EXPECT_EQ(submission.jobs[1].id, JobId{-3});
    EXPECT_EQ(submission.jobs[1].parents.front().of, (std::variant<JobId, BatchId>{JobId{-2}}));
}

TEST_F(OrderTest, WhatIsWaitedForComesBefore) {
    const BatchId b = batch();
    job({-3, 77}, b);  // 77 is in the database
    job({-5}, b);
    job({}, b);
    job({}, b);
    EXPECT_THAT(put_in_order(submission), IsEmpty());
    EXPECT_THAT(types(), ElementsAre("job 4", "job 5", "job 3", "job 2"));
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_EQ(submission.jobs[i].id, JobId{-2 - static_cast<std::int64_t>(i)});
    EXPECT_THAT(submission.jobs[2].parents, ElementsAre(Parent{JobId{-3}}));
    EXPECT_THAT(submission.jobs[3].parents, ElementsAre(Parent{JobId{-4}}, Parent{JobId{77}}));
}

TEST_F(OrderTest, ABatchComesBeforeWhatLiesInIt) {
    const BatchId outer = batch();
    const BatchId inner = batch({-4}, outer);
    job({}, inner);
    job({}, outer);
    EXPECT_THAT(put_in_order(submission), IsEmpty());
    EXPECT_THAT(types(), ElementsAre("job 4", "job 3"));
    EXPECT_EQ(submission.batches[1].id, BatchId{-3});
    EXPECT_EQ(submission.jobs[1].batch, BatchId{-3});
}

TEST_F(OrderTest, ACircleIsNamed) {
    job({-4});  // waits for one in the circle, and is in none
    job({-3});
    job({-4});
    job({-2});
    EXPECT_THAT(put_in_order(submission), ElementsAre(-4, -2, -3));
    EXPECT_EQ(submission.jobs[0].type, "job 1");
}

TEST_F(OrderTest, WhoWaitsForItselfIsACircle) {
    job({-1});
    EXPECT_THAT(put_in_order(submission), ElementsAre(-1));
}

TEST_F(OrderTest, ALongChainFromBehind) {
    const std::size_t count = 50'000;
    for (std::size_t i = 1; i < count; ++i)
        job({-static_cast<std::int64_t>(i) - 1});
    job();
    EXPECT_THAT(put_in_order(submission), IsEmpty());
    EXPECT_EQ(submission.jobs.front().type, "job " + std::to_string(count));
}

}  // namespace
}  // namespace jobhost::host
