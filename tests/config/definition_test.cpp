#include "storage/model/definition.hpp"

#include "storage/model/time_text.hpp"
#include "tests/config/folder.hpp"

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

class DefinitionFile : public FolderTest {
protected:
    std::string arguments(std::string_view args) {
        return definition("jobs:\n  a: {type: x.y, args: " + std::string(args) + "}\n").arguments;
    }
    Backoff backoff(std::string_view delay) {
        return definition("jobs:\n  a: {type: x.y, retry: {delay: " + std::string(delay) + "}}\n")
            .policy.retry.backoff;
    }
};

Schedule cron(std::string_view expression, std::string_view zone = "UTC") {
    return std::get<Cron>(Cron::parse(expression, zone));
}

TEST_F(DefinitionFile, TypeIsAllThatADefinitionNeeds) {
    Definition expected;
    expected.name = "a";
    expected.type = "mail.send";
    EXPECT_EQ(definition("jobs:\n  a: {type: mail.send}\n"), expected);
}

TEST_F(DefinitionFile, EveryKeyIsRead) {
    const Definition read = definition(R"(
jobs:
  month-end_report.2:
    type: report.render
    args: {template: month_end}
    queue: reports
    priority: -5
    delay: 10s
    schedule: "0 6 1 * *"
    retry: {attempts: 3, delay: 1m, on_exhausted: delete, retry_on: [smtp.*, busy], fail_on: ["*"]}
    tags: [finance, "two words"]
    expires_in: 3h
    timeout: 2h
    kill_after: 0s
)");

    EXPECT_EQ(read.name, "month-end_report.2");
    EXPECT_EQ(read.type, "report.render");
    EXPECT_EQ(read.arguments, R"({"template":"month_end"})");
    EXPECT_EQ(read.queue, QueueName{"reports"});
    EXPECT_EQ(read.priority, -5);
    EXPECT_EQ(read.delay, 10s);
    EXPECT_EQ(read.schedule, cron("0 6 1 * *"));
    EXPECT_EQ(read.policy.retry, (RetryPolicy{.attempts = 3,
                                              .backoff = FixedBackoff{1min},
                                              .on_exhausted = OnExhausted::remove,
                                              .retry_on = {"smtp.*", "busy"},
                                              .fail_on = {"*"}}));
    EXPECT_EQ(read.tags, (std::vector<std::string>{"finance", "two words"}));
    EXPECT_EQ(read.expires_in, 3h);
    EXPECT_EQ(read.policy.timeout, 2h);
    EXPECT_EQ(read.policy.kill_after, 0s);
}

TEST_F(DefinitionFile, MayBeEmpty) {
    EXPECT_EQ(jobs_say(""), "");
    EXPECT_EQ(jobs_say("jobs:\n"), "");
    EXPECT_EQ(jobs_say("jobs: {}\n"), "");
}

// ---- names and types ----

TEST_F(DefinitionFile, TypeIsRequired) {
    EXPECT_EQ(jobs_say("jobs:\n  a: {}\n  b:\n"),
              "jobs.yaml:2:3  jobs.a  has no 'type'  name the job to run, like type: mail.send\n"
              "jobs.yaml:3:3  jobs.b  has no 'type'  name the job to run, like type: mail.send");
}

TEST_F(DefinitionFile, TypeIsPluginDotType) {
    for (const std::string type :
         {"mail", "Mail.send", "mail.send.now", "mail.", ".send", "1mail.send", "mail-x.send"})
        EXPECT_EQ(jobs_say("jobs:\n  a:\n    type: " + type + "\n"),
                  "jobs.yaml:3:11  jobs.a.type  must be a job type, is '" + type +
                      "'  write plugin.type in small letters, digits and _, like mail.send");
}

TEST_F(DefinitionFile, NameMustBeAName) {
    EXPECT_EQ(jobs_say("jobs:\n  month end: {type: x.y}\n"),
              "jobs.yaml:2:3  jobs.'month end'  must be 1 to 100 of the characters A-Z a-z 0-9 _ . -, is "
              "'month end'");
}

TEST_F(DefinitionFile, JobMustBeAMapping) {
    EXPECT_EQ(jobs_say("jobs:\n  a: mail.send\n"), "jobs.yaml:2:6  jobs.a  must be a mapping, is text");
    EXPECT_EQ(jobs_say("jobs: [a]\n"), "jobs.yaml:1:7  jobs  must be a mapping, is a list");
}

TEST_F(DefinitionFile, NameSetTwiceInAFileIsRefused) {
    EXPECT_EQ(jobs_say("jobs:\n  a: {type: x.y}\n  a: {type: x.z}\n"),
              "jobs.yaml:3:3  jobs.a  is already set at line 2");
}

TEST_F(DefinitionFile, UnknownKeyIsRefusedAndTheNearestNamed) {
    EXPECT_EQ(job_says("retries: {}"), "17  jobs.a.retries  is not a setting  did you mean 'retry'?");
    EXPECT_EQ(job_says("kill-after: 1s"),
              "17  jobs.a.kill-after  is not a setting  did you mean 'kill_after'?");
    EXPECT_EQ(job_says("retry: {max_attempts: 3}"),
              "25  jobs.a.retry.max_attempts  is not a setting  did you mean 'attempts'?");
    EXPECT_EQ(jobs_say("job: {}\n"), "jobs.yaml:1:1  job  is not a setting  did you mean 'jobs'?");
    EXPECT_EQ(jobs_say("workers: 5\n"),
              "jobs.yaml:1:1  workers  is not a setting  known here: jobs, batches, calendars");
}

// ---- numbers and durations ----

TEST_F(DefinitionFile, PriorityHasARange) {
    EXPECT_EQ(job_says("priority: 1000"), "");
    EXPECT_EQ(job_says("priority: 1001"), "27  jobs.a.priority  must be -1000 to 1000, is 1001");
    EXPECT_EQ(job_says("priority: high"), "27  jobs.a.priority  must be a whole number, is 'high'");
    EXPECT_EQ(job_says("priority: [1]"), "27  jobs.a.priority  must be a whole number, is a list");
}

TEST_F(DefinitionFile, TimeoutOfZeroIsRefused) {
    EXPECT_EQ(job_says("timeout: 0s"), "26  jobs.a.timeout  must be 1ms to 36525d, is '0s'");
    EXPECT_EQ(
        job_says("timeout: 5 min"),
        "26  jobs.a.timeout  must be a duration, is '5 min'  write it like 250ms, 30s, 5m, 1h30m or 2d");
    EXPECT_EQ(job_says("delay: -5s"),
              "24  jobs.a.delay  must be a duration, is '-5s'  write it like 250ms, 30s, 5m, 1h30m or 2d");
}

// ---- retry ----

TEST_F(DefinitionFile, DelayOfRetriesHasFourForms) {
    EXPECT_EQ(backoff("hangfire"), Backoff{HangfireBackoff{}});
    EXPECT_EQ(backoff("1m30s"), Backoff{FixedBackoff{90s}});
    EXPECT_EQ(backoff("[0s, 10s, 1m]"), (Backoff{ListBackoff{{0s, 10s, 1min}}}));
    EXPECT_EQ(backoff("{first: 10s, factor: 1.5, cap: 5m, jitter: 0.2}"),
              (Backoff{ExponentialBackoff{.first = 10s, .factor = 1.5, .cap = 5min, .jitter = 0.2}}));
    EXPECT_EQ(backoff("{first: 1s}"),
              (Backoff{ExponentialBackoff{.first = 1s, .factor = 2, .cap = 1h, .jitter = 0}}));
}

TEST_F(DefinitionFile, DelayOfRetriesIsChecked) {
    EXPECT_EQ(job_says("retry: {delay: []}"),
              "32  jobs.a.retry.delay  must hold a delay  remove the key to get the default");
    EXPECT_EQ(
        job_says("retry: {delay: -1s}"),
        "32  jobs.a.retry.delay  must be a duration, is '-1s'  write it like 250ms, 30s, 5m, 1h30m or 2d");
    EXPECT_EQ(job_says("retry: {delay: [1s, soon]}"),
              "37  jobs.a.retry.delay[1]  must be a duration, is 'soon'  write it like 250ms, 30s, 5m, 1h30m "
              "or 2d");
    EXPECT_EQ(
        job_says("retry: {delay: {factor: 2}}"),
        "32  jobs.a.retry.delay  has no 'first'  write the delay before the first retry, like first: 10s");
    EXPECT_EQ(job_says("retry: {delay: {first: 10s, cap: 5s}}"),
              "50  jobs.a.retry.delay.cap  is shorter than 'first'");
    EXPECT_EQ(job_says("retry: {delay: {first: 2h}}"),
              "40  jobs.a.retry.delay.first  is longer than 'cap', by default 1h");
    EXPECT_EQ(job_says("retry: {delay: {first: 1s, factor: 0.5, jitter: 2}}"),
              "52  jobs.a.retry.delay.factor  must be 1 to 1000, is 0.5\n"
              "65  jobs.a.retry.delay.jitter  must be 0 to 1, is 2");
    EXPECT_EQ(job_says("retry: {delay: {first: 1s, factor: two}}"),
              "52  jobs.a.retry.delay.factor  must be a number, is 'two'");
}

TEST_F(DefinitionFile, AttemptsAndEndOfRetriesAreChecked) {
    EXPECT_EQ(job_says("retry: {attempts: -1}"), "35  jobs.a.retry.attempts  must be 0 to 1000, is -1");
    EXPECT_EQ(job_says("retry: {on_exhausted: drop}"),
              "39  jobs.a.retry.on_exhausted  must be fail or delete, is 'drop'");
    EXPECT_EQ(job_says("retry: {retry_on: [\"a*b\", \"\"]}"),
              "36  jobs.a.retry.retry_on[0]  must be an error code of 1 to 100 bytes, in which only the last "
              "may be "
              "a *, is 'a*b'  write it like smtp.* or exit_status\n"
              "43  jobs.a.retry.retry_on[1]  must be an error code of 1 to 100 bytes, in which only the last "
              "may be "
              "a *, is ''  write it like smtp.* or exit_status");
    EXPECT_EQ(job_says("retry: 5"), "24  jobs.a.retry  must be a mapping, is text");
}

TEST_F(DefinitionFile, AnEmptyListOfErrorsLeavesNoneOut) {
    const Definition read = definition("jobs: {a: {type: mail.send, retry: {retry_on: [], fail_on: []}}}\n");
    EXPECT_EQ(read.policy, Policy{});
}

// ---- arguments ----

TEST_F(DefinitionFile, PlainArgumentsFollowTheCoreSchema) {
    EXPECT_EQ(arguments("{a: 1, b: -2, c: 1.5, d: true, e: ~, f: null, g: text, h: }"),
              R"({"a":1,"b":-2,"c":1.5,"d":true,"e":null,"f":null,"g":"text","h":null})");
    EXPECT_EQ(arguments("{a: 0x1F, b: 0o17, c: +5, d: 1.0, e: 1e3, f: .5, g: 5., h: 007}"),
              R"({"a":31,"b":15,"c":5,"d":1.0,"e":1000.0,"f":0.5,"g":5.0,"h":7})");
    EXPECT_EQ(
        arguments("{a: yes, b: no, c: on, d: 1:30, e: 1_000, f: 2026-01-01, g: 0x, h: -, i: .}"),
        R"({"a":"yes","b":"no","c":"on","d":"1:30","e":"1_000","f":"2026-01-01","g":"0x","h":"-","i":"."})");
}

TEST_F(DefinitionFile, QuotedArgumentsAreText) {
    EXPECT_EQ(arguments("{a: \"1\", b: 'true', c: '', d: !!str 5}"),
              R"({"a":"1","b":"true","c":"","d":"5"})");
}

TEST_F(DefinitionFile, ArgumentsMayNest) {
    EXPECT_EQ(arguments("{to: [a, {b: [1, []]}, {}]}"), R"({"to":["a",{"b":[1,[]]},{}]})");
    EXPECT_EQ(arguments("{}"), "{}");
    EXPECT_EQ(definition("jobs:\n  a:\n    type: x.y\n    args:\n").arguments, "{}");
}

TEST_F(DefinitionFile, TextInArgumentsIsEscapedForJson) {
    EXPECT_EQ(arguments("{\"a\\\"b\": \"\\n\\t\\\\ \\x01 \xC3\xA9\"}"),
              "{\"a\\\"b\":\"\\u000a\\u0009\\\\ \\u0001 \xC3\xA9\"}");
}

TEST_F(DefinitionFile, IntegersOfSixtyFourBitsAreKept) {
    EXPECT_EQ(arguments("{a: 18446744073709551615, b: -9223372036854775808}"),
              R"({"a":18446744073709551615,"b":-9223372036854775808})");
    EXPECT_EQ(job_says("args: {a: 18446744073709551616}"),
              "27  jobs.a.args.a  is a number beyond 64 bits  quote it to pass it as text");
    EXPECT_EQ(job_says("args: {a: -9223372036854775809}"),
              "27  jobs.a.args.a  is a number beyond 64 bits  quote it to pass it as text");
    EXPECT_EQ(job_says("args: {a: 1e999}"),
              "27  jobs.a.args.a  is a number beyond 64 bits  quote it to pass it as text");
}

TEST_F(DefinitionFile, NumbersThatJsonDoesNotHaveAreRefused) {
    EXPECT_EQ(job_says("args: {a: .inf, b: [-.INF, .nan]}"),
              "27  jobs.a.args.a  is a number that JSON does not have  quote it to pass it as text\n"
              "37  jobs.a.args.b[0]  is a number that JSON does not have  quote it to pass it as text\n"
              "44  jobs.a.args.b[1]  is a number that JSON does not have  quote it to pass it as text");
}

TEST_F(DefinitionFile, ReferencesThatAreKnownStayInTheArguments) {
    EXPECT_EQ(arguments("{to: \"b/${date}.db\", at: \"${scheduled_at}\", too: \"${args.to} $${date}\"}"),
              R"({"to":"b/${date}.db","at":"${scheduled_at}","too":"${args.to} $${date}"})");
}

TEST_F(DefinitionFile, ReferenceToWhatIsNotThereIsRefused) {
    EXPECT_EQ(
        job_says("args: {to: \"${item.email}\"}"),
        "28  jobs.a.args.to  '${item.email}' stands where there are no items  say for_each in its batch");
    EXPECT_EQ(
        job_says("args: {to: \"${parent.result}\"}"),
        "28  jobs.a.args.to  refers to the job that it waits for, and waits for none  name one job under "
        "'after'");
    EXPECT_EQ(job_says("args: {\"${date}\": 1}"),
              "24  jobs.a.args.'${date}'  unknown reference '${date}'  write $${ for a literal ${");
    EXPECT_EQ(job_says("args: {a: \"${dates}\", b: \"${env:HOME} ${secret:smtp}\"}"),
              "27  jobs.a.args.a  unknown reference '${dates}'  write $${ for a literal ${\n"
              "42  jobs.a.args.b  unknown reference '${env:HOME}'  write $${ for a literal ${\n"
              "42  jobs.a.args.b  unknown reference '${secret:smtp}'  write $${ for a literal ${");
    EXPECT_EQ(job_says("queue: \"${date}\""),
              "24  jobs.a.queue  unknown reference '${date}'  write $${ for a literal ${");
}

TEST_F(DefinitionFile, OddReferenceIsRefusedUnlessEscaped) {
    EXPECT_EQ(job_says("args: {to: [\"${a b}\", \"${open\"]}"),
              "29  jobs.a.args.to[0]  unknown reference '${...}'  write $${ for a literal ${\n"
              "39  jobs.a.args.to[1]  unknown reference '${...}'  write $${ for a literal ${");
    EXPECT_EQ(arguments("{a: \"$${a b} $5 $$\", b: $}"), R"({"a":"$${a b} $5 $$","b":"$"})");
}

TEST_F(DefinitionFile, KeyOfArgumentsSetTwiceIsRefused) {
    EXPECT_EQ(job_says("args: {a: 1, a: 2}"), "30  jobs.a.args.a  is already set at line 2");
}

TEST_F(DefinitionFile, ArgumentsMustBeAMappingAndAreNeverShown) {
    EXPECT_EQ(job_says("args: hunter2"), "23  jobs.a.args  must be a mapping, is text");
    EXPECT_EQ(job_says("args: [hunter2]"), "23  jobs.a.args  must be a mapping, is a list");
}

}  // namespace
}  // namespace jobhost::config
