#include "host/scheduling/submission.hpp"

#include "storage/model/time_text.hpp"
#include "tests/host/scheduling/definitions.hpp"
#include "tests/support/temporary_storage.hpp"

#include <algorithm>
#include <set>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow = parse_instant("2026-11-28T10:00:00Z").value();
const TimePoint kInstant = parse_instant("2026-11-28T09:00:00Z").value();

class SubmissionTest : public testing::Test {
protected:
    test::TemporaryStorage db;
    std::optional<WrittenDefinitions> written;
    std::vector<storage::StoredDefinition> stored;

    void define(const std::string& yaml) {
        written.emplace(yaml);
        stored.clear();
        std::int64_t id = 100;
        for (const storage::SourceDefinitions& source : written->sources())
            for (const Definition& definition : source.definitions)
                stored.push_back({DefinitionId{++id}, source.source, 1, std::nullopt, definition});
    }
    Submission made(const Occasion& occasion) {
        const auto folders = written->folders();
        const Workshop workshop{stored, [](const std::string& type) { return type == "x.new" ? 3 : 1; },
                                [&](const std::string& source) { return folders.at(source); }};
        Submission submission = submission_of(occasion, workshop);
        number(submission, db->jobs());
        return submission;
    }
    Submission by_hand(const std::string& name) { return made({.names = {name}, .now = kNow}); }
    Submission at_instant(const std::string& name) {
        return made({.names = {name}, .now = kNow, .instant = kInstant});
    }
    std::string refusal(const Occasion& occasion) {
        try {
            made(occasion);
        } catch (const SubmissionRefused& refused) {
            return refused.what();
        }
        return "";
    }
    static std::vector<std::string> types(const Submission& submission) {
        std::vector<std::string> found;
        for (const NewJob& job : submission.jobs)
            found.push_back(job.type);
        return found;
    }
    static const NewJob& job(const Submission& submission, const std::string& type) {
        return *std::ranges::find(submission.jobs, type, &NewJob::type);
    }
};

using Types = std::vector<std::string>;

TEST_F(SubmissionTest, JobIsAsItsDefinitionSays) {
    define(
        "jobs:\n"
        "  a: {type: x.new, args: {id: 7, day: \"${date}\"}, queue: default, priority: 5, delay: 10s,\n"
        "      expires_in: 1h, tags: [t], unique: \"${args.id}\", retry: {attempts: 2},\n"
        "      limits: [{limit: tenant, key: \"t${args.id}\"}]}\n");
    const Submission submission = by_hand("a");

    ASSERT_EQ(submission.jobs.size(), 1u);
    EXPECT_TRUE(submission.batches.empty());
    const NewJob& job = submission.jobs[0];
    EXPECT_GT(job.id.value, 0);
    EXPECT_EQ(job.type, "x.new");
    EXPECT_EQ(job.payload_version, 3);
    EXPECT_EQ(job.priority, 5);
    EXPECT_EQ(job.arguments, R"({"id":7,"day":"2026-11-28"})");
    EXPECT_EQ(job.due_at, kNow + 10s);
    EXPECT_EQ(job.expires_at, kNow + 10s + 1h);
    EXPECT_EQ(job.tags, std::vector<std::string>{"t"});
    EXPECT_EQ(job.unique, Unique{.key = "7"});
    EXPECT_EQ(job.limits, (std::vector<LimitUse>{{"tenant", "t7"}}));
    EXPECT_EQ(job.policy.retry.attempts, 2);
    EXPECT_EQ(job.definition, DefinitionId{101});
    EXPECT_EQ(job.nominal_at, std::nullopt);
    EXPECT_EQ(job.origin, Origin::request);
}

TEST_F(SubmissionTest, InstantOfTheScheduleBelongsToAllOfIt) {
    define(
        "jobs:\n"
        "  a: {type: x.a, schedule: {cron: \"0 2 * * *\", time_zone: Asia/Tokyo}}\n"
        "  b: {type: x.b, after: a, args: {at: \"${scheduled_at}\", day: \"${date}\"}}\n");
    stored[0].id = DefinitionId{};  // in a file only, so far
    const Submission submission = made({.names = {"a"}, .now = kNow, .instant = kInstant + 6h});

    EXPECT_EQ(job(submission, "x.a").definition, std::nullopt);
    const NewJob& child = job(submission, "x.b");
    EXPECT_EQ(child.nominal_at, kInstant + 6h);
    EXPECT_EQ(child.origin, Origin::schedule);
    EXPECT_EQ(child.definition, DefinitionId{102});
    EXPECT_EQ(child.arguments, R"({"at":"2026-11-28T15:00:00.000000Z","day":"2026-11-29"})")
        << "in the zone of the schedule";
}

// ---- what waits ----

TEST_F(SubmissionTest, WhatWaitsComesAlong) {
    define(
        "jobs:\n"
        "  d: {type: x.d, after: c}\n"
        "  c: {type: x.c, after: {jobs: [a, b], on: finished}, delay: 5s}\n"
        "  b: {type: x.b, after: a}\n"
        "  a: {type: x.a}\n"
        "  other: {type: x.other}\n");
    const Submission submission = by_hand("a");

    EXPECT_EQ(types(submission), (Types{"x.a", "x.b", "x.c", "x.d"})) << "parents first";
    const JobId a = job(submission, "x.a").id;
    const JobId b = job(submission, "x.b").id;
    EXPECT_EQ(job(submission, "x.b").parents, (std::vector<Parent>{{a}}));
    const NewJob& c = job(submission, "x.c");
    EXPECT_EQ(c.parents, (std::vector<Parent>{{a, Condition::finished}, {b, Condition::finished}}));
    EXPECT_EQ(c.delay, 5s);
    EXPECT_EQ(c.due_at, std::nullopt);
    EXPECT_EQ(types(by_hand("c")), (Types{"x.c", "x.d"}));
}

TEST_F(SubmissionTest, WhatWaitsForSeveralNeedsAllOfThem) {
    define(
        "jobs:\n"
        "  a: {type: x.a, schedule: \"@daily\"}\n"
        "  b: {type: x.b, schedule: \"@daily\"}\n"
        "  c: {type: x.c, after: [a, b]}\n");

    EXPECT_EQ(types(by_hand("a")), Types{"x.a"});
    EXPECT_EQ(types(made({.names = {"a", "b"}, .now = kNow, .instant = kInstant})),
              (Types{"x.a", "x.b", "x.c"}));
}

TEST_F(SubmissionTest, JobsAndBatchesWaitForEachOther) {
    define(
        "jobs:\n"
        "  a: {type: x.a}\n"
        "  d: {type: x.d, after: c}\n"
        "batches:\n"
        "  b: {jobs: {m: {type: x.b}}, after: a}\n"
        "  c: {jobs: {m: {type: x.c}}, after: {jobs: b, on: failed}}\n");
    const Submission submission = by_hand("a");

    ASSERT_EQ(submission.batches.size(), 2u);
    const NewBatch& b = submission.batches[0];
    const NewBatch& c = submission.batches[1];
    EXPECT_EQ(b.name, "b");
    EXPECT_EQ(b.parents, (std::vector<Parent>{{job(submission, "x.a").id}}));
    EXPECT_EQ(c.parents, (std::vector<Parent>{{b.id, Condition::failed}}));
    EXPECT_EQ(job(submission, "x.d").parents, (std::vector<Parent>{{c.id}}));
    EXPECT_EQ(job(submission, "x.b").batch, b.id);
    EXPECT_EQ(job(submission, "x.d").batch, std::nullopt);
}

// ---- by hand ----

TEST_F(SubmissionTest, ArgumentsOfSomebodyAreNeverFilledIn) {
    define(
        "jobs:\n"
        "  a: {type: x.a, args: {r: \"${parent.result}\"}, after: b, unique: \"${args.to}\"}\n"
        "  b: {type: x.b}\n"
        "batches: {c: {jobs: {m: {type: x.c}}}}\n");
    const std::string typed = R"({"to":"${date} ${parent.result} $${x}"})";
    const Submission submission = made({.names = {"a"}, .now = kNow, .arguments = typed});

    EXPECT_EQ(submission.jobs.at(0).arguments, typed);
    EXPECT_FALSE(submission.jobs.at(0).policy.has_parent_references);
    EXPECT_EQ(submission.jobs.at(0).unique->key, "${date} ${parent.result} $${x}");
    EXPECT_EQ(refusal({.names = {"c"}, .now = kNow, .arguments = "{}"}),
              "default/jobs.yaml: batches.c: is a batch, which takes no arguments; its jobs have their own");
}

TEST_F(SubmissionTest, ArgumentsOfSomebodyAreThoseOfOneJob) {
    define("jobs:\n  a: {type: x.a}\n  b: {type: x.b, after: a, args: {day: \"${date}\"}}\n");
    const Submission submission = made({.names = {"a"}, .now = kNow, .arguments = R"({"n":1})"});

    EXPECT_EQ(job(submission, "x.a").arguments, R"({"n":1})");
    EXPECT_EQ(job(submission, "x.b").arguments, R"({"day":"2026-11-28"})");
}

TEST_F(SubmissionTest, ResultOfAParentIsLeftInTheArguments) {
    define("jobs:\n  a: {type: x.a}\n  b: {type: x.b, after: a, args: {r: \"${parent.result.id}\"}}\n");

    const Submission both = by_hand("a");
    EXPECT_EQ(job(both, "x.b").arguments, R"({"r":"${parent.result.id}"})");
    EXPECT_TRUE(job(both, "x.b").policy.has_parent_references);
    EXPECT_FALSE(job(both, "x.a").policy.has_parent_references);
    EXPECT_EQ(refusal({.names = {"b"}, .now = kNow}),
              "default/jobs.yaml: jobs.b: '${parent.result}' has no value: the job waits for no other");
    const Submission child = made({.names = {"b"}, .now = kNow, .parents = {{JobId{5}}}});
    EXPECT_EQ(child.jobs.at(0).parents, (std::vector<Parent>{{JobId{5}}}));
}

TEST_F(SubmissionTest, WhatCannotBeReadIsRefused) {
    define("jobs:\n  a: {type: x.a}\n  b: {type: x.b, after: a}\n  c: {type: x.c}\n");
    for (storage::StoredDefinition& each : stored)
        if (each.definition.name == "b") each.unreadable = "it is newer";

    EXPECT_EQ(refusal({.names = {"b"}, .now = kNow}), "the definition 'b': it is newer");
    EXPECT_EQ(refusal({.names = {"a"}, .now = kNow}), "the definition 'b': it is newer")
        << "b waits for it and would be missing";
    EXPECT_EQ(by_hand("c").jobs.size(), 1u);
}

TEST_F(SubmissionTest, UnknownNameIsRefused) {
    define("");
    EXPECT_EQ(refusal({.names = {"a"}, .now = kNow}), "there is no definition 'a'");
}

// ---- batches ----

TEST_F(SubmissionTest, MembersAreMadeForEachItem) {
    define(
        "batches:\n"
        "  campaign:\n"
        "    for_each: [{id: 1, to: a}, {id: 2, to: b}]\n"
        "    jobs:\n"
        "      note: {type: x.note, after: mail}\n"
        "      mail: {type: x.mail, args: {to: \"${item.to}\", id: \"${item.id}\"}, unique: \"${item.id}\"}\n"
        "    then: {close: {type: x.close, on: finished}}\n");
    const Submission submission = at_instant("campaign");

    ASSERT_EQ(submission.batches.size(), 1u);
    const BatchId batch = submission.batches[0].id;
    EXPECT_FALSE(submission.batches[0].is_staged);
    EXPECT_EQ(types(submission), (Types{"x.mail", "x.note", "x.mail", "x.note", "x.close"}));
    const auto& jobs = submission.jobs;
    EXPECT_EQ(jobs[0].arguments, R"({"to":"a","id":1})");
    EXPECT_EQ(jobs[2].unique->key, "2");
    EXPECT_EQ(jobs[3].parents, (std::vector<Parent>{{jobs[2].id}})) << "of the same item";
    EXPECT_EQ(jobs[3].batch, batch);
    EXPECT_EQ(jobs[3].definition, DefinitionId{101});
    EXPECT_EQ(jobs[3].nominal_at, std::nullopt);
    EXPECT_EQ(jobs[4].parents, (std::vector<Parent>{{batch, Condition::finished}}));
    EXPECT_EQ(jobs[4].batch, std::nullopt);
    std::set<std::int64_t> ids{batch.value};
    for (const NewJob& job : jobs)
        ids.insert(job.id.value);
    EXPECT_EQ(ids.size(), 6u);
}

TEST_F(SubmissionTest, ItemsComeFromAFileBesideTheDefinitions) {
    define(
        "batches: {b: {for_each: {file: in/customers.csv}, jobs: {m: {type: x.m, args: {to: "
        "\"${item.mail}\"}}}}}\n");
    EXPECT_NE(refusal({.names = {"b"}, .now = kNow}).find("customers.csv: cannot be opened"),
              std::string::npos);

    written->write("in/customers.csv", "mail,name\r\na@b.c,\"x, \"\"y\"\"\nz\"\r\n");
    EXPECT_EQ(by_hand("b").jobs.at(0).arguments, R"({"to":"a@b.c"})");
    written->write("in/customers.csv", "name\nx\n");
    EXPECT_EQ(refusal({.names = {"b"}, .now = kNow}),
              "default/jobs.yaml: batches.b.jobs.m: args: to: '${item.mail}' has no value");
}

TEST_F(SubmissionTest, BatchesLieWithinBatches) {
    define(
        "batches:\n"
        "  outer:\n"
        "    for_each: [{x: 1}, {x: 2}]\n"
        "    jobs: {first: {type: x.first}}\n"
        "    batches:\n"
        "      inner:\n"
        "        after: first\n"
        "        jobs: {a: {type: x.a, args: {x: \"${item.x}\"}}}\n"
        "        then: {b: {type: x.b, args: {x: \"${item.x}\"}}}\n");
    const Submission submission = by_hand("outer");

    ASSERT_EQ(submission.batches.size(), 3u);
    const NewBatch& outer = submission.batches[0];
    const NewBatch& second = submission.batches[2];
    EXPECT_EQ(second.within, outer.id);
    EXPECT_GT(second.id, outer.id);
    EXPECT_EQ(types(submission), (Types{"x.first", "x.a", "x.b", "x.first", "x.a", "x.b"}));
    EXPECT_EQ(second.parents, (std::vector<Parent>{{submission.jobs[3].id}}));
    EXPECT_EQ(submission.jobs[4].batch, second.id);
    EXPECT_EQ(submission.jobs[4].arguments, R"({"x":2})");
    EXPECT_EQ(submission.jobs[5].batch, outer.id);
    EXPECT_EQ(submission.jobs[5].parents, (std::vector<Parent>{{second.id}}));
}

TEST_F(SubmissionTest, BatchWithoutItemsCountsAsSucceeded) {
    define(
        "jobs:\n"
        "  after: {type: x.after, after: {jobs: b, on: finished}}\n"
        "  failed: {type: x.failed, after: {jobs: b, on: failed}}\n"
        "  never: {type: x.never, after: failed}\n"
        "batches:\n"
        "  b:\n"
        "    for_each: {file: none.jsonl}\n"
        "    jobs: {m: {type: x.m}}\n"
        "    then: {close: {type: x.close}, alarm: {type: x.alarm, on: failed}}\n");
    written->write("none.jsonl", "\n");
    const Submission submission = by_hand("b");

    EXPECT_TRUE(submission.batches.empty());
    EXPECT_EQ(types(submission), (Types{"x.close", "x.after"}));
    EXPECT_TRUE(submission.jobs[0].parents.empty());
    EXPECT_TRUE(submission.jobs[1].parents.empty());
}

TEST_F(SubmissionTest, WhatFollowsIsMarkedAsContinuation) {
    define(
        "jobs:\n"
        "  root: {type: x.root}\n"
        "  child: {type: x.child, after: root}\n"
        "  last: {type: x.last, after: many}\n"
        "batches:\n"
        "  many:\n"
        "    after: child\n"
        "    jobs: {first: {type: x.first}, second: {type: x.second, after: first}}\n"
        "    then: {close: {type: x.close}}\n");
    const Submission submission = by_hand("root");
    ASSERT_EQ(submission.batches.size(), 1u);
    EXPECT_TRUE(submission.batches[0].is_continuation);
    for (const char* type : {"x.child", "x.close", "x.last"})
        EXPECT_TRUE(job(submission, type).is_continuation) << type;
    for (const char* type : {"x.root", "x.first", "x.second"})
        EXPECT_FALSE(job(submission, type).is_continuation) << type;
    const Submission batch = by_hand("many");
    EXPECT_FALSE(batch.batches[0].is_continuation);
}

}  // namespace
}  // namespace jobhost::host
