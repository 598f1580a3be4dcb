#include "tests/host/requests/making_jobs.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

struct JobMakerTest : test::MakingJobs {
    NewJob from_json(const std::string& line) { return maker_.make(job_request(line)).jobs.at(0); }
    std::string refusal(const std::string& line) {
        return problem_of([&] { from_json(line); });
    }
};

TEST_F(JobMakerTest, ALineSaysAllThatTiesAJobToOthers) {
    NewJob parent = from_json(R"({"type":"any.thing"})");
    parent.id = storage_->jobs().reserve_ids(1);
    storage_->jobs().insert({&parent, 1});
    const std::string id = std::to_string(parent.id.value);
    const BatchId batch = staged_batch();

    const NewJob job = from_json(
        R"({"type":"any.thing","after":[")" + id + R"(",)" + id +
        R"(],"on":"failed","delay":"5m","batch":")" + std::to_string(batch.value) +
        R"(",)"
        R"-("unique":{"key":"k","while":"window(1h)","on_conflict":"extend"},"tags":["a","b","a"],)-"
        R"("limits":["smtp","tenant:acme"]})");
    EXPECT_EQ(job.parents, (std::vector<Parent>{{parent.id, Condition::failed}}));
    EXPECT_EQ(job.delay, std::chrono::minutes{5});
    EXPECT_EQ(job.batch, batch);
    EXPECT_EQ(job.unique, (Unique{"k", HeldWhile::window, std::chrono::hours{1}, OnConflict::extend}));
    EXPECT_THAT(job.tags, ElementsAre("a", "b"));
    EXPECT_THAT(job.limits, ElementsAre(LimitUse{"smtp", ""}, LimitUse{"tenant", "acme"}));
}

TEST_F(JobMakerTest, OneOfAListMayStandAlone) {
    const NewJob job = from_json(R"({"type":"any.thing","unique":"k","tags":"a","limits":"smtp"})");
    EXPECT_EQ(job.unique, Unique{.key = "k"});
    EXPECT_THAT(job.tags, ElementsAre("a"));
    EXPECT_THAT(job.limits, ElementsAre(LimitUse{"smtp", ""}));
}

TEST_F(JobMakerTest, WhatIsWrongIsSaid) {
    const std::string key(kMaxKeySize + 1, 'k');
    for (const auto& [member, problem] : std::initializer_list<std::pair<std::string, const char*>>{
             {R"("after":"x")", "'after' must name jobs or batches by their ids"},
             {R"("after":[1.5])", "by their ids"},
             {R"("on":"failed")", "name that, too"},
             {R"("after":[],"on":"sometimes")", "succeeded, failed, finished or deleted"},
             {R"("delay":5)", "'delay' must be a text"},
             {R"("batch":"-1")", "'batch' must name"},
             {R"("unique":1)", "'unique' must be a text, or an object with 'key'"},
             {R"("unique":{})", "'key' of 'unique' is missing"},
             {R"("unique":{"key":"k","wile":"queued"})", "'wile' is not known here; did you mean 'while'?"},
             {R"("unique":{"key":"k","while":"now"})", "window(1h)"},
             {R"("unique":{"key":"k","on_conflict":"merge"})", "skip, replace, extend or fail"},
             {R"("unique":"")", "unique key must be 1 to 1000 bytes"},
             {R"("unique":")" + key + '"', "unique key must be 1 to 1000 bytes"},
             {R"("unique":"a\u0000b")", "without line breaks and other control characters"},
             {R"("limits":["a:b\nc"])", "the key of the limit 'a' must have no line breaks"},
             {R"("at":"9999-12-31T00:00:00Z","expires_in":"2d")", "'expires_in' ends after the year 9999"},
             {R"("tags":[1])", "'tags' must be texts"},
             {R"("tags":"")", "a tag must be 1 to 100 bytes"},
             {R"("tags":"a\nb")", "without line breaks and other control characters, is 'a?b'"},
             {R"("tags":"a\u007f")", "control characters"},
             {R"("tags":"a\u0085b")", "control characters"},
             {R"("expires_in":"0s")", "'expires_in' must be 1ms or more, is 0s"},
             {R"("tags":"a","tags":"b")", "'/tags' stands there twice"},
             {R"("args":{"to":1,"to":2})", "'/args/to' stands there twice"},
             {R"("at":"1960-01-01T00:00:00Z")", "an instant of the years 1970 to 9999"},
             {R"("in":"100000d")", "of 100 years at most"},
             {R"("limits":["no spaces"])", "names of limits"},
             {R"("limits":["a","b","c","d","e","f","g","h","i"])", "at most 8 limits"},
             {R"("limits":["a:)" + std::string(200, 'k') + R"("])", "at most 200 bytes together"}})
        EXPECT_THAT(refusal(R"({"type":"any.thing",)" + member + "}"), HasSubstr(problem)) << member;
}

TEST_F(JobMakerTest, ArgumentsStayAsTheyStandInTheText) {
    EXPECT_EQ(
        from_json(R"({"type":"any.thing","args": {"n":123456789012345678901.10, "a":[1.0]} })").arguments,
        R"({"n":123456789012345678901.10, "a":[1.0]})");
}

TEST_F(JobMakerTest, ADefinitionComesWithWhatWaitsForIt) {
    define(
        "jobs:\n"
        "  first: {type: any.thing, queue: slow, args: {on: '${date}'}}\n"
        "  second: {type: any.thing, after: first}\n");
    const Submission made = maker_.make({.name = "first", .priority = 7, .tags = {"a"}});

    ASSERT_EQ(made.jobs.size(), 2u);
    EXPECT_EQ(made.jobs[0].type, "any.thing");
    EXPECT_EQ(made.jobs[0].queue, QueueName{"slow"});
    EXPECT_EQ(made.jobs[0].priority, 7);
    EXPECT_THAT(made.jobs[0].tags, ElementsAre("a"));
    EXPECT_EQ(made.jobs[0].definition, storage_->definitions().find("first")->id);
    EXPECT_EQ(made.jobs[1].parents, (std::vector<Parent>{{made.jobs[0].id, Condition::succeeded}}));
    EXPECT_LT(made.jobs[1].id.value, 0);
}

TEST_F(JobMakerTest, ABatchDefinitionIsAsItSays) {
    define("batches: {all: {for_each: [a, b], jobs: {one: {type: any.thing}}}}\n");
    EXPECT_EQ(maker_.make({.name = "all"}).count(), 3u);
    EXPECT_THAT(problem_of([&] { maker_.make({.name = "all", .queue = "other"}); }),
                HasSubstr("its jobs are as its definition says"));
}

TEST_F(JobMakerTest, WhoWaitsForTheHandingInCountsFromThere) {
    JobMaker later{{.storage = *storage_.storage,
                    .definitions = definitions_,
                    .types = types_,
                    .clock = storage_.clock,
                    .counts_from_handing_in = true}};
    const NewJob job = later.make({.name = "any.thing", .in = 10min}).jobs.at(0);
    EXPECT_EQ(job.due_at, std::nullopt);
    EXPECT_EQ(job.delay, 10min);
    EXPECT_EQ(maker_.make({.name = "any.thing", .in = 10min}).jobs.at(0).due_at,
              storage_.clock.now() + 10min);
}

TEST_F(JobMakerTest, APrivilegedTypeComesByADefinitionAlone) {
    EXPECT_THAT(refusal(R"({"type":"host.root"})"), HasSubstr("privileged"));
    define("jobs: {root: {type: host.root}}\n");
    EXPECT_EQ(from_json(R"({"type":"root"})").type, "host.root");
}

TEST_F(JobMakerTest, PlacesThatAreNotThereAreTold) {
    EXPECT_EQ(refusal(R"({"type":"any.thing","limits":"smpt"})"),
              "there is no limit 'smpt'; did you mean 'smtp'?");
    EXPECT_THAT(refusal(R"({"type":"any.thing","limits":"nowhere:key"})"), HasSubstr("jobhost limits set"));
    EXPECT_EQ(refusal(R"({"type":"any.thing","batch":"987654"})"), "there is no batch 987654 to join");
    const BatchId batch = staged_batch();
    storage_->workflows().cancel(batch, "somebody");
    EXPECT_THAT(refusal(R"({"type":"any.thing","batch":")" + std::to_string(batch.value) + "\"}"),
                HasSubstr("was cancelled"));
}

TEST_F(JobMakerTest, WhatNobodyHasIsTold) {
    EXPECT_THAT(refusal(R"({"type":"mail.sned"})"), HasSubstr("did you mean 'mail.send'?"));
    define("jobs: {nightly: {type: any.thing}}\n");
    EXPECT_THAT(refusal(R"({"type":"nigthly"})"), HasSubstr("did you mean 'nightly'?"));
}

TEST_F(JobMakerTest, ArgumentsAreCheckedBySchemaOfTheirType) {
    EXPECT_EQ(from_json(R"({"type":"mail.send","args":{"to":"a"}})").payload_version, 3);
    EXPECT_EQ(refusal(R"({"type":"mail.send","args":{"copies":"two","too":"a"}})"),
              "the arguments do not fit mail.send: /copies must be an integer, is \"two\"; "
              "/too is not known; did you mean 'to'?; /to is missing");
    EXPECT_THAT(refusal(R"({"type":"mail.send"})"), HasSubstr("/to is missing"));
    EXPECT_EQ(refusal(R"({"type":"any.thing","args":{"what":"ever"}})"), "");
}

}  // namespace
}  // namespace jobhost::host
