// What is refused before any setting is looked at.
#include "config/yaml_document.hpp"
#include "tests/config/folder.hpp"

namespace jobhost::config {
namespace {

class Yaml : public FolderTest {};

TEST_F(Yaml, TextThatIsNotYamlIsRefusedWithItsPlace) {
    EXPECT_EQ(host_says("a: b: c\n"),
              "jobhost.yaml:1:5  a ':' is not expected here  check the indentation, and quote texts that "
              "contain ': '");
    EXPECT_EQ(host_says("a: [1, 2\n"),
              "jobhost.yaml:2:1  a list opened with '[' is not closed  check the brackets and quotes before "
              "this place");
    EXPECT_EQ(host_says("a: {b: 1\n"),
              "jobhost.yaml:2:1  a mapping opened with '{' is not closed  check the brackets and quotes "
              "before this "
              "place");
    EXPECT_EQ(host_says("server: }\n"),
              "jobhost.yaml:1:9  a bracket closes here that was never opened  quote texts that start with "
              "'}' or ']'");
    EXPECT_EQ(host_says("a: @b\n"), "jobhost.yaml:1:4  a value cannot start with this character  quote it");
    EXPECT_EQ(host_says("a: \"\\q\"\n"),
              "jobhost.yaml:1:7  an unknown escape with '\\'  in single quotes a '\\' is only a '\\'");
}

TEST_F(Yaml, QuoteThatIsNotClosedIsRefused) {
    EXPECT_EQ(host_says("server:\n  name: 'shop\n"), "jobhost.yaml:2:9  a quote is not closed");
    EXPECT_EQ(host_says("server:\n  name: \"shop\\\"\n"), "jobhost.yaml:2:9  a quote is not closed");
    EXPECT_EQ(
        host_says("server:\n  name: 'it''s'\n"),
        "jobhost.yaml:2:9  server.name  must be 1 to 100 of the characters A-Z a-z 0-9 _ . -, is 'it's'");
}

TEST_F(Yaml, TabThatIndentsIsNamedAsSuch) {
    EXPECT_EQ(host_says("server:\n\tname: a\n"), "jobhost.yaml:2:1  a tab cannot indent  indent with spaces");
    EXPECT_EQ(host_says("server:\n  name: a\n \tworkers: 2\n"),
              "jobhost.yaml:3:2  a tab cannot indent  indent with spaces");
}

TEST_F(Yaml, CronExpressionWithoutQuotesIsExplained) {
    EXPECT_EQ(jobs_say("jobs:\n  a: {type: a.b, schedule: * * * * *}\n"),
              "jobs.yaml:2:29  '*' begins an alias, but no name follows  quote a value that starts with '*', "
              "such as a "
              "cron expression");
    EXPECT_EQ(
        jobs_say("jobs:\n  a:\n    schedule: */5 * * * *\n"),
        "jobs.yaml:3:15  an alias of an anchor that is not defined before  quote a value that starts with "
        "'*', such as a cron expression");
    EXPECT_EQ(jobs_say("a: *b\n"),
              "jobs.yaml:1:4  an alias of an anchor that is not defined before  quote a value that starts "
              "with '*', such "
              "as a cron expression");
}

TEST_F(Yaml, ValueThatStartsWithAMarkOfYamlIsExplained) {
    EXPECT_EQ(
        host_says("log: {level: &}\n"),
        "jobhost.yaml:1:15  '&' begins an anchor, but no name follows  quote a value that starts with '&'");
    EXPECT_EQ(host_says("log: > info\n"),
              "jobhost.yaml:1:8  only a comment may follow '|' or '>' in its line  quote a value that starts "
              "with '|' or "
              "'>'");
    EXPECT_EQ(host_says("log: - info\n"),
              "jobhost.yaml:1:6  a '- ' is not expected here  check the indentation");
}

TEST_F(Yaml, SecondDocumentIsRefused) {
    EXPECT_EQ(
        host_says("server: {}\n---\nserver: {}\n"),
        "jobhost.yaml:2:1  a second document begins here  one file holds one document; remove the '---'");
    EXPECT_EQ(host_says("---\nserver: {}\n...\n"), "");
}

TEST_F(Yaml, MergeKeyIsRefusedWithARemedy) {
    EXPECT_EQ(
        jobs_say("jobs:\n  a: &a {type: a.b}\n  b:\n    <<: *a\n"),
        "jobs.yaml:4:5  merge keys '<<' are not supported  write the keys out, or use an alias for the whole "
        "value");
}

TEST_F(Yaml, TagIsRefusedExceptThatOfText) {
    EXPECT_EQ(host_says("server: !!map {}\n"),
              "jobhost.yaml:1:9  tags are not supported  remove the word that starts with '!'");
    EXPECT_EQ(host_says("server: {name: !secret a}\n"),
              "jobhost.yaml:1:16  tags are not supported  remove the word that starts with '!'");
    EXPECT_EQ(host_says("server: {name: !!str 5}\n"), "");
}

TEST_F(Yaml, KeyMustBeText) {
    EXPECT_EQ(host_says("? [a]\n: 1\n"), "jobhost.yaml:1:3  a key must be a text");
    EXPECT_EQ(host_says("~: 1\n"), "jobhost.yaml:1:1  a key must be a text");
}

TEST_F(Yaml, TextMustBeUtf8) {
    EXPECT_EQ(host_says("server: {}\n# caf\xE9\n"), "jobhost.yaml:2:6  is not UTF-8  save the file as UTF-8");
    EXPECT_EQ(host_says("# \xED\xA0\x80\n"), "jobhost.yaml:1:3  is not UTF-8  save the file as UTF-8");
    EXPECT_EQ(host_says("# \xC0\xAF\n"), "jobhost.yaml:1:3  is not UTF-8  save the file as UTF-8");
    EXPECT_EQ(host_says("# \xF0\x9F\x98"), "jobhost.yaml:1:3  is not UTF-8  save the file as UTF-8");
    EXPECT_EQ(host_says(std::string_view("\xFF\xFEs\0", 4)),
              "jobhost.yaml:1:1  is not UTF-8  save the file as UTF-8");
}

TEST_F(Yaml, ControlCharacterIsRefused) {
    EXPECT_EQ(host_says(std::string_view("a\0b", 3)), "jobhost.yaml:1:2  is the control character 0x00");
    EXPECT_EQ(host_says("a: \x1B[0m\n"), "jobhost.yaml:1:4  is the control character 0x1B");
}

TEST_F(Yaml, ByteOrderMarkIsAcceptedAndCountsForNothing) {
    EXPECT_EQ(host_says("\xEF\xBB\xBFserver: {}\n"), "");
    EXPECT_EQ(host_says("\xEF\xBB\xBFservr: {}\n").substr(0, 23), "jobhost.yaml:1:1  servr");
}

TEST_F(Yaml, ColumnsCountCharactersNotBytes) {
    EXPECT_EQ(host_says("log: {\"\xC3\xA9\xC3\xA9\": 1, lvel: info}\n"),
              "jobhost.yaml:1:7  log.'\xC3\xA9\xC3\xA9'  is not a setting  known here: level, format\n"
              "jobhost.yaml:1:16  log.lvel  is not a setting  did you mean 'level'?");
}

TEST_F(Yaml, LinesMayEndAsOnWindows) {
    EXPECT_EQ(host_says("server:\r\n  name: shop\r\n  wrkers: 1\r\n"),
              "jobhost.yaml:3:3  server.wrkers  is not a setting  did you mean 'workers'?");
}

TEST_F(Yaml, FileOverOneMebibyteIsRefused) {
    EXPECT_EQ(host_says("#" + std::string((1 << 20) - 1, 'x')), "");
    EXPECT_EQ(host_says("#" + std::string(1 << 20, 'x')), "jobhost.yaml  is larger than 1 MiB");
}

TEST_F(Yaml, LevelsAreLimited) {
    const auto lists = [](int count) {
        const auto size = static_cast<std::size_t>(count);
        return "definitions: " + std::string(size, '[') + std::string(size, ']') + "\n";
    };
    EXPECT_EQ(host_says(lists(63)), "jobhost.yaml:1:15  definitions[0]  must be text, is a list");
    EXPECT_EQ(host_says(lists(64)), "jobhost.yaml:1:77  more than 64 levels deep");
    EXPECT_EQ(host_says(lists(5000)), "jobhost.yaml:1:77  more than 64 levels deep");
}

TEST_F(Yaml, AliasesCountAsWhatTheyStandFor) {
    std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int n = 0; n < 8; ++n)
            laughs += ", " + before;
        laughs += "]\n";
    }
    EXPECT_EQ(host_says(laughs), "jobhost.yaml:6:10  more than 100,000 values up to here, aliases counted");
}

TEST_F(Yaml, AliasesDoNotGetAroundTheLimitOfLevels) {
    std::string deep = "a0: &a0 [x]\n";
    for (int i = 1; i < 70; ++i)
        deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    EXPECT_EQ(host_says(deep), "jobhost.yaml:64:12  more than 64 levels deep");
}

TEST_F(Yaml, AliasInsideItsOwnAnchorIsRefused) {
    EXPECT_EQ(host_says("a: &x [1, *x]\n"), "jobhost.yaml:1:11  an alias cannot stand inside its own anchor");
}

TEST_F(Yaml, ErrorInAnAliasPointsAtTheAnchor) {
    EXPECT_EQ(jobs_say("jobs:\n  a: {type: a.b, retry: &r {attempts: -1}}\n  b: {type: a.b, retry: *r}\n"),
              "jobs.yaml:2:39  jobs.a.retry.attempts  must be 0 to 1000, is -1\n"
              "jobs.yaml:2:39  jobs.b.retry.attempts  must be 0 to 1000, is -1");
}

TEST_F(Yaml, TopLevelMustBeAMapping) {
    EXPECT_EQ(host_says("just text\n"), "jobhost.yaml:1:1  must be a mapping, is text");
    EXPECT_EQ(jobs_say("- a\n"), "jobs.yaml:1:1  must be a mapping, is a list");
}

// Whatever the bytes, there is an answer and no exception.
TEST(ParseYaml, AnswersEveryPrefixOfAFile) {
    const std::string text =
        "%YAML 1.2\n---\na: &x {b: [1, 'two', \"th\\u00e9ree\"], ? c : |+\n  text\n}\nd: *x\ne: >-\n  "
        "folded\n  text\n"
        "? complex\n: - 1\n  - - 2\n# end\n...\n";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        for (const std::string_view tail :
             {"", "\n", "]", "}", "'", "\"", ":", "*", "&", "!", "- ", "? ", "\t"}) {
            const std::string cut = text.substr(0, size) + std::string(tail);
            EXPECT_NO_THROW((void)parse_yaml(cut)) << cut;
        }
    }
}

}  // namespace
}  // namespace jobhost::config
