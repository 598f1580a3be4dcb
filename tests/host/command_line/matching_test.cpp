#include "host/command_line/matching.hpp"

#include "tests/support/temporary_storage.hpp"

#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

class MatchingTest : public testing::Test {
protected:
    void add(const std::string& queue, std::size_t count, bool is_delayed = false,
             const std::vector<std::string>& tags = {}) {
        std::vector<NewJob> jobs(count);
        const JobId first = storage_->jobs().reserve_ids(count);
        for (std::size_t i = 0; i < count; ++i) {
            jobs[i].id = JobId{first.value + static_cast<std::int64_t>(i)};
            jobs[i].type = "any.thing";
            jobs[i].queue = QueueName{queue};
            jobs[i].tags = tags;
            if (is_delayed) jobs[i].due_at = storage_.clock.now() + std::chrono::hours{1};
        }
        storage_->jobs().insert(jobs);
    }
    Fitting fit(const storage::JobFilter& filter) { return fitting(*storage_.storage, filter); }

    test::TemporaryStorage storage_;
};

TEST_F(MatchingTest, CountersKnowStatesQueuesAndTypes) {
    add("mail", 3);
    add("mail", 2, true);
    add("other", 4);
    EXPECT_EQ(count_text(fit({.queue = QueueName{"mail"}})), "5 jobs");
    EXPECT_EQ(count_text(fit({.state = StateName::scheduled, .queue = QueueName{"mail"}})), "2 jobs");
    EXPECT_EQ(count_text(fit({.type = "any.thing"})), "9 jobs");
    EXPECT_EQ(count_text(fit({.type = "no.thing"})), "0 jobs");
}

TEST_F(MatchingTest, WhatTheyDoNotKnowIsBoundedByWhatTheyDo) {
    add("mail", 3);
    add("other", 4);
    add("mail", 597, false, {"red"});
    EXPECT_EQ(count_text(fit({.queue = QueueName{"mail"}, .tag = "red"})), "at most 600 jobs");
    EXPECT_FALSE(counts_of(*storage_.storage, {.definition = "nightly"}));
}

TEST_F(MatchingTest, FewAreCountedOneByOne) {
    add("mail", 3);
    add("mail", 120, false, {"red"});
    add("other", 4);
    EXPECT_EQ(count_text(fit({.queue = QueueName{"mail"}, .tag = "red"})), "120 jobs");
    EXPECT_EQ(count_text(fit({.queue = QueueName{"other"}, .tag = "red"})), "0 jobs");
    EXPECT_EQ(count_text(fit({.has_warnings = true})), "0 jobs");
}

TEST_F(MatchingTest, OneByOneEachPageIsLookedAt) {
    add("mail", 230);
    add("mail", 20, true);
    const auto counts = counts_one_by_one(storage_->queries(), {.queue = QueueName{"mail"}});
    EXPECT_EQ(counts, storage_->queries().count(QueueName{"mail"}, std::nullopt));
}

TEST_F(MatchingTest, AFilterWithoutPartsFitsEverything) {
    EXPECT_TRUE(fits_everything({}));
    EXPECT_FALSE(fits_everything({.state = StateName::failed}));
    EXPECT_FALSE(fits_everything({.batch = BatchId{1}}));
    EXPECT_FALSE(fits_everything({.has_warnings = true}));
}

}  // namespace
}  // namespace jobhost::host
