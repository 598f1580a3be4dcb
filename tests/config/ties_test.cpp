// What binds definitions to each other, and to limits.
#include "tests/config/folder.hpp"

#include <map>

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

class Ties : public FolderTest {
protected:
    Definition job(std::string_view body) {
        write("jobhost.yaml",
              "definitions: [jobs.yaml]\nlimits: {smtp: {concurrent: 1}, tenant: {concurrent: 2}}\n");
        write("jobs.yaml",
              "jobs:\n a: {type: x.y, " + std::string(body) + "}\n b: {type: x.y}\n c: {type: x.y}\n");
        const Configuration all = configuration();
        return all.sources.empty() ? Definition{} : all.sources[0].definitions[0].definition;
    }
    // What is said about job `a`, of which the body begins in column 17 of line 2.
    std::string job_says(std::string_view body) {
        return jobs_say("jobs:\n a: {type: x.y, " + std::string(body) + "}\n b: {type: x.y}\n");
    }
};

// ---- unique and limits ----

TEST_F(Ties, UniqueIsATextOrAMapping) {
    EXPECT_EQ(job("unique: \"order ${args.id}\"").unique, Unique{.key = "order ${args.id}"});
    EXPECT_EQ(
        job("unique: {key: k, while: window, window: 1h, on_conflict: extend}").unique,
        (Unique{.key = "k", .held = HeldWhile::window, .window = 1h, .on_conflict = OnConflict::extend}));
    EXPECT_EQ(job("unique: {key: k, while: until_started}").unique,
              (Unique{.key = "k", .held = HeldWhile::until_started}));
}

TEST_F(Ties, UniqueIsChecked) {
    EXPECT_EQ(job_says("unique: {while: queued}"),
              "jobs.yaml:2:25  jobs.a.unique  has no 'key'  write what may be there once, like key: "
              "\"${args.id}\"");
    EXPECT_EQ(
        job_says("unique: {key: k, while: window}"),
        "jobs.yaml:2:25  jobs.a.unique  has no 'window'  write how long the key is held, like window: 1h");
    EXPECT_EQ(job_says("unique: {key: k, window: 1h}"),
              "jobs.yaml:2:42  jobs.a.unique.window  belongs to 'while: window'  add that, or remove this");
    EXPECT_EQ(
        job_says("unique: {key: k, while: windows, on_conflict: stop}"),
        "jobs.yaml:2:41  jobs.a.unique.while  must be queued, until_started, until_finished or window, is "
        "'windows'  did you mean 'window'?\n"
        "jobs.yaml:2:63  jobs.a.unique.on_conflict  must be skip, replace, extend or fail, is 'stop'  did "
        "you mean 'skip'?");
    EXPECT_EQ(job_says("unique: \"\""), "jobs.yaml:2:25  jobs.a.unique  must be 1 to 1000 bytes");
    EXPECT_EQ(job_says("unique: \"${parent.result}\""),
              "jobs.yaml:2:25  jobs.a.unique  '${parent.result}' is known only when the job runs  write it "
              "in the 'args' of what waits for one job");
}

TEST_F(Ties, LimitsAreNamesOrHaveAKey) {
    EXPECT_EQ(job("limits: [smtp, {limit: tenant, key: \"${args.tenant}\"}]").limits,
              (std::vector<LimitUse>{{"smtp", ""}, {"tenant", "${args.tenant}"}}));
}

TEST_F(Ties, LimitsAreChecked) {
    write("jobhost.yaml", "definitions: [jobs.yaml]\nlimits: {smtp: {concurrent: 1}}\n");
    write("jobs.yaml", "jobs:\n a: {type: x.y, limits: [smtb, smtp, smtp, {key: k}]}\n");
    EXPECT_EQ(errors(),
              (std::vector<std::string>{
                  "jobs.yaml:2:26  jobs.a.limits[0]  there is no limit 'smtb'  did you mean 'smtp'?",
                  "jobs.yaml:2:38  jobs.a.limits[2]  is there twice",
                  "jobs.yaml:2:44  jobs.a.limits[3]  has no 'limit'  name one of the host file's limits"}));
    EXPECT_EQ(
        job_says("limits: [gpu]"),
        "jobs.yaml:2:26  jobs.a.limits[0]  there is no limit 'gpu'  add it under 'limits' of the host file");
    EXPECT_EQ(job_says("tags: [a, a, \"\"]"),
              "jobs.yaml:2:27  jobs.a.tags[1]  is there twice\n"
              "jobs.yaml:2:30  jobs.a.tags[2]  must be 1 to 100 bytes without line breaks and other control "
              "characters");
}

// ---- after ----

TEST_F(Ties, AfterIsANameOrAListOrSaysHowTheyEnd) {
    EXPECT_EQ(job("after: b").after, After{.names = {"b"}});
    EXPECT_EQ(job("after: {jobs: b, on: deleted}").after, (After{.names = {"b"}, .on = Condition::deleted}));
    write("jobhost.yaml", "definitions: [jobs.yaml]\n");
    write("jobs.yaml",
          "jobs:\n a: {type: x.y}\n b: {type: x.y, after: a}\n c: {type: x.y, after: a}\n"
          " d: {type: x.y, after: {jobs: [b, c], on: failed}}\n");
    EXPECT_EQ(configuration().sources[0].definitions[3].definition.after,
              (After{.names = {"b", "c"}, .on = Condition::failed}));
}

TEST_F(Ties, AfterIsChecked) {
    EXPECT_EQ(job_says("after: bb"),
              "jobs.yaml:2:24  jobs.a.after  there is no job or batch 'bb' here  did you mean 'b'?");
    EXPECT_EQ(job_says("after: [b, b]"), "jobs.yaml:2:28  jobs.a.after[1]  is there twice");
    EXPECT_EQ(job_says("after: []"),
              "jobs.yaml:2:24  jobs.a.after  must name a job or a batch  remove the key if there is none");
    EXPECT_EQ(job_says("after: {on: finished}"),
              "jobs.yaml:2:24  jobs.a.after  has no 'jobs'  name what it waits for");
    EXPECT_EQ(job_says("after: {jobs: b, on: ended}"),
              "jobs.yaml:2:38  jobs.a.after.on  must be succeeded, failed, finished or deleted, is 'ended'");
    EXPECT_EQ(job_says("on: finished"),
              "jobs.yaml:2:17  jobs.a.on  belongs into 'after'  write after: {jobs: "
              "[NAME], on: finished}");
    EXPECT_EQ(job_says("after: b, schedule: \"@daily\""),
              "jobs.yaml:2:37  jobs.a.schedule  cannot stand beside 'after'  it is handed in whenever what "
              "it waits "
              "for is");
}

TEST_F(Ties, CircleIsRefusedOnce) {
    EXPECT_EQ(job_says("after: a"),
              "jobs.yaml:2:24  jobs.a.after  closes a circle: a waits for a  remove one of these");
    EXPECT_EQ(
        jobs_say("jobs:\n a: {type: x.y, after: c}\n b: {type: x.y, after: a}\n c: {type: x.y, after: b}\n"),
        "jobs.yaml:3:24  jobs.b.after  closes a circle: a waits for c waits for b waits for a  remove one of "
        "these");
}

TEST_F(Ties, WhatItWaitsForMayLieInAnotherFile) {
    write("jobhost.yaml", "definitions: [a.yaml, b.yaml]\n");
    write("a.yaml", "jobs: {a: {type: x.y, after: b}}\n");
    write("b.yaml", "batches: {b: {jobs: {m: {type: x.y}}}}\n");
    EXPECT_EQ(errors(), std::vector<std::string>{});
}

TEST_F(Ties, ResultOfAParentNeedsOne) {
    EXPECT_EQ(job("args: {r: \"${parent.result.id}\"}, after: b").arguments,
              R"({"r":"${parent.result.id}"})");
    EXPECT_EQ(
        jobs_say("jobs:\n a: {type: x.y}\n b: {type: x.y, after: a}\n"
                 " c: {type: x.y, args: {r: \"${parent.result}\"}, after: [a, b]}\n"),
        "jobs.yaml:4:27  jobs.c.args.r  refers to the job that it waits for, and waits for several  name one "
        "job under 'after'");
}

// ---- several that are waited for ----

std::string pair_of(const std::string& a, const std::string& b) {
    return "jobs:\n a: {type: x.y" + a + "}\n b: {type: x.y" + b + "}\n c: {type: x.y, after: [a, b]}\n";
}

TEST_F(Ties, SeveralNeedOneSchedule) {
    const std::string said =
        "jobs.yaml:4:28  jobs.c.after[1]  'a' and 'b' are not handed in together  give both "
        "the same schedule, with the same missed, grace and overlap; H differs by name";
    EXPECT_EQ(jobs_say(pair_of(", schedule: \"@daily\"", ", schedule: \"@hourly\"")), said);
    EXPECT_EQ(jobs_say(pair_of(", schedule: \"@daily\"", "")), said);
    EXPECT_EQ(jobs_say(pair_of("", "")), said);
    EXPECT_EQ(jobs_say(pair_of(", schedule: {every: 1h}", ", schedule: {every: 1h}")), "");
    EXPECT_EQ(jobs_say(pair_of("", ", after: a")), "") << "one brings the other";
}

TEST_F(Ties, ThoseThatAreWaitedForTogetherKnowEachOther) {
    write("jobhost.yaml", "definitions: [jobs.yaml]\n");
    write("jobs.yaml",
          "jobs:\n"
          " alone: {type: x.y, schedule: \"@daily\"}\n"
          " a: {type: x.y, schedule: \"@daily\"}\n"
          " b: {type: x.y, schedule: \"@daily\"}\n"
          " c: {type: x.y, schedule: \"@daily\"}\n"
          " b2: {type: x.y, after: b}\n"
          " ab: {type: x.y, after: [a, b2]}\n"
          " bc: {type: x.y, after: [b, c]}\n");
    std::map<std::string, std::vector<std::string>> groups;
    const Configuration read = configuration();
    for (const PlacedDefinition& placed : read.sources.at(0).definitions)
        if (!placed.definition.fires_with.empty())
            groups[placed.definition.name] = placed.definition.fires_with;

    const std::vector<std::string> all{"a", "b", "c"};
    EXPECT_EQ(groups, (std::map<std::string, std::vector<std::string>>{{"a", all}, {"b", all}, {"c", all}}));
}

// ---- limits of the host file ----

TEST_F(Ties, HostFileHasFourKindsOfLimits) {
    EXPECT_EQ(settings("limits:\n"
                       "  a: {concurrent: 3}\n"
                       "  b: {fixed_window: 100, per: 1m}\n"
                       "  c: {sliding_window: 10, per: 1h}\n"
                       "  d: {per: 1s, bucket: 10}\n")
                  .limits,
              (std::vector<Limit>{{"a", LimitKind::concurrent, 3, {}},
                                  {"b", LimitKind::fixed_window, 100, 1min},
                                  {"c", LimitKind::sliding_window, 10, 1h},
                                  {"d", LimitKind::bucket, 10, 1s}}));
}

TEST_F(Ties, LimitsOfTheHostFileAreChecked) {
    EXPECT_EQ(host_says("limits: {a: {}, b: {concurrent: 0}, c: {concurrent: 1, bucket: 2}}\n"),
              "jobhost.yaml:1:13  limits.a  does not say what it limits  write it like {concurrent: 3} or "
              "{fixed_window: 100, per: 1m}\n"
              "jobhost.yaml:1:33  limits.b.concurrent  must be 1 to 1000000, is 0\n"
              "jobhost.yaml:1:64  limits.c.bucket  stands beside another kind of limit  keep one of the two");
    EXPECT_EQ(
        host_says(
            "limits: {a: {concurrent: 1, per: 1m}, b: {bucket: 1}, c: {sliding_window: 10001, per: 1s}}\n"),
        "jobhost.yaml:1:34  limits.a.per  belongs to a number of runs in a time, not to 'concurrent'  remove "
        "it\n"
        "jobhost.yaml:1:42  limits.b  has no 'per'  write the time in which so many runs may begin, like "
        "per: "
        "1m\n"
        "jobhost.yaml:1:75  limits.c.sliding_window  must be 1 to 10000, is 10001");
    EXPECT_EQ(host_says("batches: {}\n"),
              "jobhost.yaml:1:1  batches  belongs in a definition file  name that file "
              "under 'definitions'");
}

}  // namespace
}  // namespace jobhost::config
