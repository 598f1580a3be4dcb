#include "host/execution/run_requests.hpp"

#include "host/worker/limits.hpp"
#include "tests/host/execution/run_requests_fixture.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {
namespace {

using testing::HasSubstr;

TEST_F(RunRequestsTest, WhatIsSavedIsLoaded) {
    EXPECT_EQ(answer_to({.kind = RequestKind::save_checkpoint, .body = "[1]"}).reply.status, JOBHOST_OK);
    EXPECT_EQ(answer_to({.kind = RequestKind::save_step, .name = "a", .body = "2"}).reply.status, JOBHOST_OK);

    const JobAnswer answer = answer_to({.kind = RequestKind::load});
    EXPECT_EQ(answer.job, run.id);
    EXPECT_EQ(answer.lease, run.lease);
    EXPECT_EQ(answer.reply.number, 3);
    const worker::SavedMessage page = worker::decode_saved(answer.reply.body);
    EXPECT_EQ(page.checkpoint, "[1]");
    ASSERT_EQ(page.steps.size(), 1u);
    EXPECT_EQ(page.steps[0].second, "2");
    EXPECT_EQ(page.next, 0);
}

TEST_F(RunRequestsTest, APageSaysWhereTheNextOneBegins) {
    runs.saved.with([&](storage::SavedWork& work) {
        work.steps = {{"a", "1"}};
        work.next = 7;
    });
    const JobAnswer answer = answer_to({.kind = RequestKind::load});
    const worker::SavedMessage page = worker::decode_saved(answer.reply.body);
    ASSERT_EQ(page.steps.size(), 1u);
    EXPECT_EQ(page.steps[0].first, "a");
    EXPECT_EQ(page.next, 7);
}

TEST_F(RunRequestsTest, ARunThatIsLostHearsSo) {
    runs.is_lost = true;
    EXPECT_EQ(answer_to({.kind = RequestKind::save_checkpoint, .body = "1"}).reply.status, JOBHOST_LOST);
    EXPECT_EQ(answer_to({.kind = RequestKind::save_step, .name = "a", .body = "1"}).reply.status,
              JOBHOST_LOST);

    run.lease = Lease{run.lease.value + 1};
    EXPECT_EQ(enqueue(1, R"({"type": "mail.send"})").reply.status, JOBHOST_LOST);
    EXPECT_EQ(jobs(), 0u);
}

TEST_F(RunRequestsTest, StepsOfTheHostAreNotTheJobs) {
    const JobAnswer answer = answer_to({.kind = RequestKind::save_step, .name = "jobhost.one", .body = "1"});
    EXPECT_EQ(answer.reply.status, JOBHOST_INVALID);
}

TEST_F(RunRequestsTest, JobsAreHandedInWithTheLowestVersionThatIsServed) {
    const JobAnswer answer = enqueue(1, R"([{"type": "mail.send", "args": {"to": "a"}, "queue": "q"},
                                            {"type": "mail.sort", "in": "1h"}])");

    ASSERT_EQ(answer.reply.status, JOBHOST_OK) << answer.reply.problem;
    const auto ids = ids_in(answer);
    ASSERT_EQ(ids.size(), 2u);
    const Job sent = job(ids[0]);
    EXPECT_EQ(sent.payload_version, 3);
    EXPECT_EQ(sent.arguments, R"({"to": "a"})") << "letter by letter";
    EXPECT_EQ(sent.queue.value, "q");
    EXPECT_EQ(sent.creator, run.id);
    EXPECT_EQ(sent.policy.retention.succeeded, 7h);
    EXPECT_EQ(name_of(job(ids[1]).state), StateName::scheduled);
}

TEST_F(RunRequestsTest, TheSameCallAgainFindsItsJobs) {
    const std::string two = R"([{"type": "mail.send"}, {"type": "mail.send"}])";
    const auto first = ids_in(enqueue(1, two));
    const auto other = ids_in(enqueue(2, two));

    EXPECT_EQ(ids_in(enqueue(1, two)), first);
    EXPECT_EQ(ids_in(enqueue(2, two)), other);
    EXPECT_EQ(jobs(), 4u);
}

TEST_F(RunRequestsTest, ABatchIsFoundAgainToo) {
    const std::string batch = R"({"batch": {"name": "all", "jobs": [{"type": "mail.send", "name": "x"},
        {"type": "mail.send", "after": "x"}], "then": [{"type": "mail.send", "on": "finished"}]}})";
    const JobAnswer answer = enqueue(1, batch);
    ASSERT_EQ(answer.reply.status, JOBHOST_OK) << answer.reply.problem;
    const auto ids = ids_in(answer);
    ASSERT_EQ(ids.size(), 4u);
    const auto found = db->workflows().find(BatchId{ids[0]});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->name, "all");
    EXPECT_EQ(found->members, 2);
    EXPECT_EQ(name_of(job(ids[1]).state), StateName::enqueued);
    EXPECT_EQ(name_of(job(ids[2]).state), StateName::awaiting);
    EXPECT_EQ(name_of(job(ids[3]).state), StateName::awaiting);

    EXPECT_EQ(ids_in(enqueue(1, batch)), ids);
    EXPECT_EQ(db->workflows().list(std::nullopt, 10, std::nullopt).batches.size(), 1u);
    EXPECT_EQ(enqueue(1, R"({"batch": {"jobs": [{"type": "mail.send"}]}})").reply.status, JOBHOST_INVALID);
}

TEST_F(RunRequestsTest, TheSameCallInOtherWordsIsTheSame) {
    const auto first = ids_in(enqueue(1, R"([{"type": "mail.send", "args": {"a": 1, "b": "\u0041"}}])"));
    EXPECT_EQ(ids_in(enqueue(1, R"([{"args":{"b":"A","a":1},"type":"mail.send"}])")), first);
    EXPECT_EQ(jobs(), 1u);
}

TEST_F(RunRequestsTest, ACallThatAsksForSomethingElseIsToldWhatToDo) {
    ASSERT_EQ(enqueue(1, R"([{"type": "mail.send"}, {"type": "mail.send"}])").reply.status, JOBHOST_OK);
    const std::string batch = R"({"batch": {"jobs": [{"type": "mail.send"}, {"type": "mail.send"}]}})";
    ASSERT_EQ(enqueue(2, batch).reply.status, JOBHOST_OK);
    for (const auto& [call, other] : std::vector<std::pair<int, std::string>>{
             {1, R"([{"type": "mail.send"}])"},
             {1, R"([{"type": "mail.send"}, {"type": "mail.send"}, {"type": "mail.send"}])"},
             {1, R"([{"type": "mail.send"}, {"type": "mail.send", "queue": "other"}])"},
             {1, R"([{"type": "mail.send"}, {"type": "mail.send", "unique": "k"}])"},
             {1, R"([{"type": "mail.send"}, {"type": "mail.send", "in": "1h"}])"},
             {1, R"([{"type": "mail.send"}, {"type": "mail.send", "args": {"a": 1}}])"},
             {2, R"({"batch": {"name": "b", "jobs": [{"type": "mail.send"}, {"type": "mail.send"}]}})"}}) {
        const JobAnswer answer = enqueue(call, other);
        EXPECT_EQ(answer.reply.status, JOBHOST_INVALID) << other;
        EXPECT_THAT(answer.reply.problem, HasSubstr("call " + std::to_string(call)));
        EXPECT_THAT(answer.reply.problem, HasSubstr("keep in a step"));
    }
    EXPECT_EQ(jobs(), 4u);
}

TEST_F(RunRequestsTest, ACallKeepsItsAnswerWhateverHasBecomeOfWhatItNames) {
    db->limits().set(std::vector{Limit{.name = "smtp"}});
    const std::string call = R"({"type": "mail.send", "limits": "smtp"})";
    const auto first = ids_in(enqueue(1, call));
    cancel(first.at(0));
    db->limits().remove("smtp");
    EXPECT_EQ(ids_in(enqueue(1, call)), first);
    EXPECT_EQ(enqueue(2, call).reply.status, JOBHOST_FAILED);
}

TEST_F(RunRequestsTest, ACallKeepsTheHolderOfAKeyAsItsAnswer) {
    const auto holder = ids_in(enqueue(1, R"({"type": "mail.send", "unique": "k"})"));
    const std::string call = R"({"type": "mail.send", "unique": {"key": "k", "on_conflict": "skip"}})";
    EXPECT_EQ(ids_in(enqueue(2, call)), holder);
    cancel(holder.at(0));
    EXPECT_EQ(ids_in(enqueue(2, call)), holder);
    EXPECT_EQ(jobs(), 1u);
}

TEST_F(RunRequestsTest, ARefusalOfTheStoreNamesTheJobByItsPlace) {
    const auto holder = ids_in(enqueue(1, R"({"type": "mail.send", "unique": "k"})"));
    const JobAnswer answer = enqueue(2, R"([{"type": "mail.sort"}, {"type": "mail.send",
                                             "unique": {"key": "k", "on_conflict": "fail"}}])");
    EXPECT_EQ(answer.reply.status, JOBHOST_FAILED);
    EXPECT_EQ(answer.reply.problem, "job 2 of 2 (mail.send): job " + std::to_string(holder.at(0)) +
                                        " is there already with its unique key");
}

TEST_F(RunRequestsTest, ABatchWithoutAnyJobOfItsOwnIsRefusedForNow) {
    const auto holder = ids_in(enqueue(1, R"({"type": "mail.send", "unique": "k"})"));
    const std::string batch = R"({"batch": {"jobs": [{"type": "mail.send", "unique": "k"}]}})";
    EXPECT_EQ(enqueue(2, batch).reply.status, JOBHOST_FAILED);
    cancel(holder.at(0));
    EXPECT_EQ(enqueue(2, batch).reply.status, JOBHOST_OK)
        << "the run is tried again, and makes the same call";
}

TEST_F(RunRequestsTest, WhoComesSecondMayAskAgain) {
    runs.fault = StorageError::Kind::conflict;
    runs.faults = 1;
    EXPECT_EQ(enqueue(1, R"({"type": "mail.send"})").reply.status, JOBHOST_FAILED);
}

TEST_F(RunRequestsTest, RefusalsSayWhy) {
    const auto refusal = [&](const std::string& json, jobhost_status status) {
        const JobAnswer answer = enqueue(1, json);
        EXPECT_EQ(answer.reply.status, status) << json;
        return answer.reply.problem;
    };
    const auto batch = [](const std::string& jobs) { return R"({"batch": {"jobs": )" + jobs + "}}"; };
    EXPECT_THAT(refusal(R"({"type": "mail.sned"})", JOBHOST_FAILED), HasSubstr("did you mean 'mail.send'?"));
    EXPECT_THAT(refusal(R"([{"type": "mail.sned"}])", JOBHOST_FAILED), HasSubstr("job 1: no live server"));
    EXPECT_THAT(refusal(batch(R"([{"type": "mail.sned"}])"), JOBHOST_FAILED), HasSubstr("no live server"));
    EXPECT_THAT(refusal(R"({"type": "nightly"})", JOBHOST_FAILED), HasSubstr("no definition"));
    EXPECT_THAT(refusal(R"({"type": "mail.send", "limits": "nowhere"})", JOBHOST_FAILED),
                HasSubstr("nowhere"));
    EXPECT_THAT(refusal(R"({"type": "mail.send", "after": "987654"})", JOBHOST_INVALID),
                HasSubstr("no job or batch 987654"));
    EXPECT_THAT(refusal(batch(R"({"a": {"type": "mail.send", "after": "a"}})"), JOBHOST_INVALID),
                HasSubstr("circle"));
    EXPECT_THAT(
        refusal(batch(R"([{"type": "mail.sned"}, {"type": "mail.send", "nmae": 1}])"), JOBHOST_INVALID),
        HasSubstr("2 things are wrong"))
        << "one of them stays";
    EXPECT_EQ(answer_to({.kind = RequestKind::enqueue, .position = 0, .body = "{}"}).reply.status,
              JOBHOST_INVALID);
    EXPECT_EQ(jobs(), 0u);
}

TEST_F(RunRequestsTest, ParentsMayBeJobsThatWereThere) {
    const auto first = ids_in(enqueue(1, R"({"type": "mail.send"})"));
    const auto second =
        ids_in(enqueue(2, R"({"type": "mail.send", "after": ")" + std::to_string(first.at(0)) + "\"}"));
    EXPECT_EQ(name_of(job(second.at(0)).state), StateName::awaiting);
}

TEST_F(RunRequestsTest, JobsForSuccessAreKeptByTheCaller) {
    const JobAnswer answer = answer_to(
        {.kind = RequestKind::enqueue_on_success, .position = 2, .body = R"({"type": "mail.send"})"});

    EXPECT_EQ(answer.reply.status, JOBHOST_OK) << answer.reply.problem;
    ASSERT_EQ(answer.jobs.size(), 1u);
    EXPECT_EQ(answer.jobs[0].payload_version, 3);
    EXPECT_EQ(answer.jobs[0].creator, run.id);
    EXPECT_EQ(answer.call, 2);
    EXPECT_EQ(jobs(), 0u);
    EXPECT_EQ(answer_to({.kind = RequestKind::enqueue_on_success,
                         .position = 3,
                         .body = R"({"batch": {"jobs": [{"type": "mail.send"}]}})"})
                  .reply.status,
              JOBHOST_INVALID);
}

TEST_F(RunRequestsTest, WhatTheDatabaseCannotAnswerHoldsUpNobody) {
    runs.fault = StorageError::Kind::corrupt;
    runs.faults = 1;
    EXPECT_EQ(answer_to({.kind = RequestKind::save_checkpoint, .body = "1"}).reply.status,
              JOBHOST_UNAVAILABLE);
    EXPECT_EQ(answer_to({.kind = RequestKind::save_checkpoint, .body = "1"}).reply.status, JOBHOST_OK);
}

TEST_F(RunRequestsTest, AnOutageIsWaitedOut) {
    runs.faults = 2;
    EXPECT_EQ(answer_to({.kind = RequestKind::save_checkpoint, .body = "1"}).reply.status, JOBHOST_OK);
    EXPECT_EQ(runs.calls.count(), 3);
}

TEST_F(RunRequestsTest, ALongOutageIsToldBeforeTheJobGivesUp) {
    runs.faults = 1'000'000;
    ask({.kind = RequestKind::save_checkpoint, .body = "1"});
    ASSERT_TRUE(runs.calls.wait_for(1));
    boot_clock.advance(25s);

    EXPECT_EQ(next_answer().reply.status, JOBHOST_UNAVAILABLE);
}

TEST_F(RunRequestsTest, WhatCannotBeReachedForOneJobHoldsUpNoOther) {
    runs.broken_job = run.id;
    ask({.kind = RequestKind::save_checkpoint, .body = "1"});
    ask({.kind = RequestKind::save_checkpoint, .body = "2"});
    ASSERT_TRUE(runs.calls.wait_for(1));
    const JobId in_the_same_line{run.id.value + static_cast<std::int64_t>(RunRequests::kLines)};
    requests.ask({in_the_same_line, Lease{1}, {.number = 1, .kind = RequestKind::load}});
    ASSERT_TRUE(answered.wait_for(1));
    EXPECT_EQ(answers.with([](auto& all) { return all.front(); }).job, in_the_same_line);

    runs.broken_job = JobId{};
    ASSERT_TRUE(answered.wait_for(3));
    EXPECT_EQ(answers.with([](auto& all) { return all.at(1); }).reply.number, 1);
    EXPECT_EQ(runs.saved.with([](auto& work) { return work.checkpoint; }), "2");
}

TEST_F(RunRequestsTest, TooMuchAtOnceIsRefusedAtOnce) {
    runs.faults = 1'000'000;
    const std::string large = "\"" + std::string(1'000'000, 'x') + "\"";
    for (int i = 0; i < 70; ++i)
        ask({.kind = RequestKind::save_checkpoint, .body = large});
    ASSERT_TRUE(answered.wait_for(1));
    EXPECT_EQ(answers.with([](auto& all) { return all.front(); }).reply.status, JOBHOST_UNAVAILABLE);
}

}  // namespace
}  // namespace jobhost::host
