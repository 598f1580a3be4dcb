#include "host/requests/batch_request.hpp"

#include "tests/host/requests/making_jobs.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace jobhost::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct BatchRequestTest : test::MakingJobs {
    Submission read(const std::string& json) {
        Submission submission =
            batch_submission(boost::json::parse(json), storage_.folder / "b.yaml", maker_);
        submission.number_from(JobId{100});
        return submission;
    }
    std::string refusal(const std::string& json) {
        return problem_of([&] { read(json); });
    }
};

std::vector<Parent> after(std::int64_t job, Condition on = Condition::succeeded) {
    return {{JobId{job}, on}};
}

TEST_F(BatchRequestTest, JobsAreMembersAndWaitForEachOtherByName) {
    const Submission read_batch = read(
        R"({"name":"campaign","jobs":{"a":{"type":"any.thing","queue":"slow"},)"
        R"("b":{"type":"any.thing","after":"a"},"c":{"type":"any.thing","after":["a","b"],"on":"finished"},)"
        R"("d":{"type":"any.thing","after":{"jobs":"c","on":"failed"}}}})");
    ASSERT_EQ(read_batch.batches.size(), 1u);
    EXPECT_EQ(read_batch.batches[0].id, BatchId{100});
    EXPECT_EQ(read_batch.batches[0].name, "campaign");
    ASSERT_EQ(read_batch.jobs.size(), 4u);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(read_batch.jobs[i].id, JobId{101 + static_cast<std::int64_t>(i)});
        EXPECT_EQ(read_batch.jobs[i].batch, BatchId{100});
    }
    EXPECT_EQ(read_batch.jobs[0].queue, QueueName{"slow"});
    EXPECT_EQ(read_batch.jobs[1].parents, after(101));
    EXPECT_THAT(read_batch.jobs[2].parents, ElementsAre(Parent{JobId{101}, Condition::finished},
                                                        Parent{JobId{102}, Condition::finished}));
    EXPECT_EQ(read_batch.jobs[3].parents, after(103, Condition::failed));
}

TEST_F(BatchRequestTest, ForEachItemJobsWaitForThoseOfTheSameItem) {
    std::ofstream{storage_.folder / "to.csv"} << "email\na@x\nb@x\n";
    const Submission made = read(
        R"({"for_each":{"file":"to.csv"},"jobs":{"mail":{"type":"mail.send","args":{"to":"${item.email}"},)"
        R"("tags":["${item.email}"]},"note":{"type":"any.thing","after":"mail"}}})");
    ASSERT_EQ(made.jobs.size(), 4u);
    EXPECT_EQ(made.jobs[0].arguments, R"({"to":"a@x"})");
    EXPECT_EQ(made.jobs[2].arguments, R"({"to":"b@x"})");
    EXPECT_THAT(made.jobs[2].tags, ElementsAre("b@x"));
    EXPECT_EQ(made.jobs[1].parents, after(made.jobs[0].id.value));
    EXPECT_EQ(made.jobs[3].parents, after(made.jobs[2].id.value));
}

TEST_F(BatchRequestTest, ThenWaitsForTheBatch) {
    const Submission made =
        read(R"({"jobs":[{"type":"any.thing"}],"then":{"close":{"type":"any.thing","on":"finished"}}})");
    ASSERT_EQ(made.jobs.size(), 2u);
    EXPECT_EQ(made.jobs[1].batch, std::nullopt);
    EXPECT_THAT(made.jobs[1].parents, ElementsAre(Parent{BatchId{100}, Condition::finished}));
}

TEST_F(BatchRequestTest, BatchesNestAndWaitForWhatIsBesideThem) {
    const Submission made =
        read(R"({"jobs":{"first":{"type":"any.thing"},"last":{"type":"any.thing","after":"inner"}},)"
             R"("batches":{"inner":{"after":"first","jobs":[{"type":"any.thing"}],)"
             R"("then":[{"type":"any.thing"}]}}})");
    ASSERT_EQ(made.batches.size(), 2u);
    const NewBatch& inner = made.batches[1];
    EXPECT_EQ(inner.name, "inner");
    EXPECT_EQ(inner.within, BatchId{100});
    EXPECT_GT(inner.id, made.batches[0].id);
    ASSERT_EQ(made.jobs.size(), 4u);
    EXPECT_EQ(inner.parents, after(made.jobs[0].id.value));
    EXPECT_THAT(made.jobs[1].parents, ElementsAre(Parent{inner.id, Condition::succeeded}));
    EXPECT_EQ(made.jobs[2].batch, inner.id);
    EXPECT_EQ(made.jobs[3].batch, BatchId{100});  // its "then" is a member of the one around it
}

TEST_F(BatchRequestTest, NestedBatchesNeedNoNames) {
    const Submission made =
        read(R"({"batches":[{"jobs":[{"type":"any.thing"}]},{"jobs":[{"type":"any.thing"}]}]})");
    ASSERT_EQ(made.batches.size(), 3u);
    ASSERT_EQ(made.jobs.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(made.batches[i + 1].name, "");
        EXPECT_EQ(made.batches[i + 1].within, made.batches[0].id);
        EXPECT_EQ(made.jobs[i].batch, made.batches[i + 1].id);
    }
}

TEST_F(BatchRequestTest, ANumberNamesWhatIsInTheDatabase) {
    NewJob there{.id = storage_->jobs().reserve_ids(1), .type = "any.thing"};
    storage_->jobs().insert({&there, 1});
    const std::string id = std::to_string(there.id.value);
    const Submission made =
        read(R"({"after":)" + id + R"(,"jobs":[{"type":"any.thing","after":")" + id + R"("}]})");
    EXPECT_EQ(made.batches[0].parents, after(there.id.value));
    EXPECT_EQ(made.jobs[0].parents, after(there.id.value));
}

TEST_F(BatchRequestTest, AllThatIsWrongIsSaidWithThePathToIt) {
    const std::string said = refusal(
        R"({"jobs":{"a":{"type":"mail.send"},"b":{"typ":"any.thing"},"c":{"type":"any.thing","after":"aa"}},)"
        R"("batches":{"inner":{"jobs":{}}},"then":{"z":{"type":"any.thing","after":"a"}}})");
    const std::string file = (storage_.folder / "b.yaml").string();
    for (const char* problem :
         {": jobs.a: the arguments do not fit mail.send: /to is missing\n",
          ": jobs.b: 'typ' is not known here; did you mean 'type'?\n",
          ": jobs.c: 'after' names 'aa', which is not in this batch; did you mean 'a'?\n",
          ": batches.inner: the batch has no member", ": then.z: 'after' cannot go with 'then'"})
        EXPECT_THAT(said, HasSubstr(file + problem));
    EXPECT_THAT(said, HasSubstr("nothing was enqueued: 5 things are wrong"));
}

TEST_F(BatchRequestTest, WrongShapesAreRefused) {
    for (const auto& [json, problem] : std::initializer_list<std::pair<const char*, const char*>>{
             {"[]", "a batch must be a mapping"},
             {"{}", "the batch has no member"},
             {R"({"job":{}})", "did you mean 'jobs'?"},
             {R"({"jobs":1})", "jobs: must be a mapping by names, or a list"},
             {R"({"jobs":[1]})", "jobs[0]: must be a mapping"},
             {R"({"name":1,"jobs":[{"type":"any.thing"}]})", "'name' must be a text"},
             {R"({"jobs":[{"name":"a","type":"any.thing"},{"name":"a","type":"any.thing"}]})",
              "stands there twice"},
             {R"({"jobs":[{"type":"any.thing","batch":"7"}]})", "'batch' cannot be said here"},
             {R"({"jobs":[{"type":"any.thing","after":[true]}]})", "'after' must name jobs or batches"},
             {R"({"jobs":[{"type":"any.thing","args":{"a":"${item.b}"}}]})", "for_each"},
             {R"({"for_each":{"fil":"x.csv"},"jobs":[{"type":"any.thing"}]})", "did you mean 'file'?"},
             {R"({"for_each":{"file":"missing.csv"},"jobs":[{"type":"any.thing"}]})", "cannot be opened"},
             {R"({"for_each":[],"jobs":[{"type":"any.thing"}]})", "has no member"},
             {R"({"for_each":[{"b":1},{}],"jobs":[{"type":"any.thing","args":{"a":"${item.b}"}}]})",
              "jobs[0], item 2: "}})
        EXPECT_THAT(refusal(json), HasSubstr(problem)) << json;
}

TEST_F(BatchRequestTest, WhatIsWaitedForIsNumberedBefore) {
    const Submission made =
        read(R"({"jobs":{"a":{"type":"any.thing","after":"b"},"b":{"type":"mail.send","args":{"to":"x"}}}})");
    EXPECT_EQ(made.jobs.at(0).type, "mail.send");
    EXPECT_EQ(made.jobs.at(1).parents, after(made.jobs.at(0).id.value));
    EXPECT_LT(made.jobs.at(0).id, made.jobs.at(1).id);
}

TEST_F(BatchRequestTest, ACircleIsToldByItsNames) {
    EXPECT_THAT(
        refusal(R"({"jobs":{"a":{"type":"any.thing","after":"c"},"b":{"type":"any.thing","after":"a"},)"
                R"("c":{"type":"any.thing","after":"b"},"d":{"type":"any.thing"}}})"),
        HasSubstr(": they wait for each other in a circle: jobs.a after jobs.c after jobs.b after "
                  "jobs.a\n"));
    EXPECT_THAT(refusal(R"({"for_each":[1,2],"jobs":{"a":{"type":"any.thing","after":"b"},)"
                        R"("b":{"type":"any.thing","after":"a"}}})"),
                HasSubstr("jobs.a, item 1 after jobs.b, item 1 after jobs.a, item 1"));
    EXPECT_THAT(refusal(R"({"jobs":{"a":{"type":"any.thing","after":"in"}},)"
                        R"("batches":{"in":{"after":"a","jobs":[{"type":"any.thing"}]}}})"),
                HasSubstr("batches.in after jobs.a after batches.in"));
}

TEST_F(BatchRequestTest, OnWithoutAfterIsRefused) {
    const std::string why = "'on' says how what it is 'after' has to end: name that, too";
    EXPECT_THAT(refusal(R"({"jobs":{"a":{"type":"any.thing","on":"failed"}}})"), HasSubstr("jobs.a: " + why));
    EXPECT_THAT(refusal(R"({"on":"failed","jobs":[{"type":"any.thing"}]})"), HasSubstr(": " + why));
    EXPECT_THAT(refusal(R"({"jobs":[{"type":"any.thing"}],)"
                        R"("batches":{"in":{"on":"failed","jobs":[{"type":"any.thing"}]}}})"),
                HasSubstr("batches.in: " + why));
    EXPECT_THAT(refusal(R"({"jobs":{"a":{"type":"any.thing","after":[],"on":"failed"}}})"), HasSubstr(why));
}

TEST_F(BatchRequestTest, ADefinitionThatIsMoreThanAJobIsNoMember) {
    define("jobs: {one: {type: any.thing}, two: {type: any.thing, after: one}}\n");
    EXPECT_THAT(refusal(R"({"jobs":[{"type":"one"}]})"), HasSubstr("cannot be a member"));
    EXPECT_EQ(read(R"({"jobs":[{"type":"two"}]})").jobs.at(0).type, "any.thing");
}

TEST_F(BatchRequestTest, WithoutAFileThereAreNoFilesOfItems) {
    const auto act = [&] {
        batch_submission(boost::json::parse(R"({"for_each":{"file":"a.csv"},"jobs":[{"type":"any.thing"}]})"),
                         {}, maker_);
    };
    EXPECT_THAT(problem_of(act), HasSubstr("'for_each' must be a list here"));
}

}  // namespace
}  // namespace jobhost::host
