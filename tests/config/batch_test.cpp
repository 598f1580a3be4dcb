#include "tests/config/folder.hpp"

namespace jobhost::config {
namespace {

class BatchFile : public FolderTest {};

TEST_F(BatchFile, HasMembersAndWhatComesThen) {
    const Definition read = definition(R"(
batches:
  campaign:
    schedule: "@daily"
    for_each: [{email: a@example.com, age: 7}, {email: "$${b}"}]
    jobs:
      mail: {type: mail.send, args: {to: "${item.email}"}, queue: reports}
      note: {type: crm.note, after: {jobs: mail, on: finished}}
    batches:
      inner:
        jobs: {a: {type: x.y, unique: "${item.email}"}}
        after: note
    then:
      close: {type: x.y, on: finished}
      report: {type: x.y}
)");

    EXPECT_EQ(read.name, "campaign");
    EXPECT_TRUE(read.schedule.has_value());
    ASSERT_TRUE(read.batch.has_value());
    EXPECT_EQ(
        read.batch->for_each,
        ForEach{(std::vector<std::string>{R"({"email":"a@example.com","age":7})", R"({"email":"${b}"})"})});
    ASSERT_EQ(read.batch->members.size(), 3u);
    EXPECT_EQ(read.batch->members[0].arguments, R"({"to":"${item.email}"})");
    EXPECT_EQ(read.batch->members[1].after, (After{.names = {"mail"}, .on = Condition::finished}));
    EXPECT_EQ(read.batch->members[2].name, "inner");
    EXPECT_EQ(read.batch->members[2].batch->members.at(0).unique->key, "${item.email}");
    ASSERT_EQ(read.batch->then.size(), 2u);
    EXPECT_EQ(read.batch->then[0].after, (After{.names = {}, .on = Condition::finished}));
    EXPECT_EQ(read.batch->then[1].after, After{});
}

TEST_F(BatchFile, TypesOfAllItsJobsHaveTheirPlaces) {
    write("jobhost.yaml", "definitions: [jobs.yaml]\n");
    write("jobs.yaml", "batches:\n b:\n  jobs: {a: {type: x.a}}\n  then: {c: {type: x.c}}\n");
    const Configuration all = configuration();
    const auto& types = all.sources.at(0).definitions.at(0).types;

    ASSERT_EQ(types.size(), 2u);
    EXPECT_EQ(types[0].text, "x.a");
    EXPECT_EQ(types[1].path, "batches.b.then.c.type");
    EXPECT_EQ(types[1].where.line, 4);
}

TEST_F(BatchFile, ItemsMayLieInAFile) {
    write("customers.csv", "email\n");
    const Definition read =
        definition("batches: {b: {for_each: {file: customers.csv}, jobs: {a: {type: x.y}}}}\n");
    EXPECT_EQ(read.batch->for_each, ForEach{ItemFile{"customers.csv"}});
    EXPECT_EQ(warnings(), std::vector<std::string>{});
}

TEST_F(BatchFile, ItemFileThatIsNotThereYetIsAWarning) {
    EXPECT_EQ(jobs_say("batches: {b: {for_each: {file: later.jsonl}, jobs: {a: {type: x.y}}}}\n"), "");
    EXPECT_EQ(warnings(), std::vector<std::string>{
                              "jobs.yaml:1:32  batches.b.for_each.file  names a file that is not there: "
                              "'later.jsonl'  it is read when the batch is handed in"});
}

TEST_F(BatchFile, ForEachIsChecked) {
    const auto says = [&](const std::string& for_each) {
        return jobs_say("batches: {b: {jobs: {a: {type: x.y}}, for_each: " + for_each + "}}\n");
    };
    EXPECT_EQ(says("[]"), "jobs.yaml:1:49  batches.b.for_each  must hold an item");
    EXPECT_EQ(says("[a, 7, [b]]"), "");
    EXPECT_EQ(
        says("[{a: \"${date}\"}]"),
        "jobs.yaml:1:54  batches.b.for_each[0].a  unknown reference '${date}'  write $${ for a literal ${");
    EXPECT_EQ(says("{}"),
              "jobs.yaml:1:49  batches.b.for_each  must be a list, or name a file  write it "
              "like {file: customers.csv}");
    EXPECT_EQ(says("{file: a.txt}"),
              "jobs.yaml:1:56  batches.b.for_each.file  must end in .csv, .jsonl or .ndjson, is 'a.txt'");
}

TEST_F(BatchFile, NeedsMembers) {
    const std::string said = "jobs.yaml:1:11  batches.b  has no jobs  name them under 'jobs'";
    EXPECT_EQ(jobs_say("batches: {b: {jobs: {}}}\n"), said);
    EXPECT_EQ(jobs_say("batches: {b: {then: {a: {type: x.y}}}}\n"), said);
}

TEST_F(BatchFile, MembersWaitForEachOtherAlone) {
    EXPECT_EQ(
        jobs_say("jobs: {out: {type: x.y}}\n"
                 "batches:\n b:\n  jobs:\n   a: {type: x.y, after: c}\n   c: {type: x.y, after: a}\n"
                 "   d: {type: x.y, after: out}\n"),
        "jobs.yaml:6:26  batches.b.jobs.c.after  closes a circle: a waits for c waits for a  remove one of "
        "these\n"
        "jobs.yaml:7:26  batches.b.jobs.d.after  there is no job or batch 'out' here");
}

TEST_F(BatchFile, RunsOfABatchDoNotQueue) {
    EXPECT_EQ(jobs_say("batches: {b: {schedule: {every: 1h, overlap: skip}, jobs: {a: {type: x.y}}}}\n"), "");
    EXPECT_EQ(
        jobs_say("batches: {b: {schedule: {every: 1h, overlap: queue}, jobs: {a: {type: x.y}}}}\n"),
        "jobs.yaml:1:25  batches.b.schedule  has an 'overlap' that only jobs can have  a batch may have "
        "'allow' or 'skip'");
}

TEST_F(BatchFile, SomeKeysBelongElsewhere) {
    EXPECT_EQ(
        jobs_say("batches:\n b:\n  jobs: {a: {type: x.y, schedule: \"@daily\"}}\n"
                 "  batches: {a: {schedule: \"@daily\", jobs: {c: {type: x.y}}}}\n"
                 "  then: {d: {type: x.y, after: a, args: {x: \"${parent.result}\"}}}\n"),
        "jobs.yaml:3:25  batches.b.jobs.a.schedule  belongs to the batch  a batch is handed in as a whole\n"
        "jobs.yaml:4:13  batches.b.batches.a  is already a member of this batch  give one of them another "
        "name\n"
        "jobs.yaml:4:17  batches.b.batches.a.schedule  belongs to the outermost batch  a batch is handed in "
        "as a "
        "whole\n"
        "jobs.yaml:5:25  batches.b.then.d.after  waits for its batch  say by 'on' how that has to end\n"
        "jobs.yaml:5:45  batches.b.then.d.args.x  '${parent.result}' is known only when the job runs  write "
        "it in the 'args' of what waits for one job");
}

TEST_F(BatchFile, NameStandsOnceOverJobsAndBatches) {
    EXPECT_EQ(jobs_say("jobs: {a: {type: x.y}}\nbatches: {a: {jobs: {m: {type: x.y}}}}\n"),
              "jobs.yaml:2:11  batches.a  is already defined at jobs.yaml:1:8");
}

TEST_F(BatchFile, QueuesAndLimitsOfItsJobsAreChecked) {
    EXPECT_EQ(jobs_say("batches: {b: {jobs: {m: {type: x.y, queue: slow, limits: [gpu]}}}}\n"),
              "jobs.yaml:1:59  batches.b.jobs.m.limits[0]  there is no limit 'gpu'  add it under 'limits' of "
              "the host "
              "file");
    EXPECT_EQ(warnings(),
              std::vector<std::string>{"jobs.yaml:1:44  batches.b.jobs.m.queue  this host does not serve "
                                       "the queue 'slow'  add it under 'queues'"});
}

}  // namespace
}  // namespace jobhost::config
