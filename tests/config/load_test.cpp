// Several files: which are read, what they are called, and what is said about them together.
#include "config/load.hpp"

#include "tests/config/folder.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <unistd.h>

namespace jobhost::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Load : public FolderTest {
protected:
    std::vector<std::string> source_names() const {
        std::vector<std::string> names;
        for (const Source& source : configuration().sources)
            names.push_back(source.name);
        return names;
    }
};

TEST_F(Load, FilesOfAPatternAreReadInTheOrderOfTheirNames) {
    write("jobhost.yaml", "definitions: [jobs.d/*.yaml]\n");
    for (const char* name : {"b.yaml", "a.yaml", "c.yml", ".hidden.yaml", "d.yaml~"})
        write(std::string("jobs.d/") + name, "");
    std::filesystem::create_directory(folder() / "jobs.d/folder.yaml");

    EXPECT_THAT(source_names(), ElementsAre("jobs.d/a.yaml", "jobs.d/b.yaml"));
}

TEST_F(Load, PatternMayHaveWildcardsInFoldersAndSeveralForms) {
    write("jobhost.yaml", "definitions: [\"*/jobs?.yaml\", \"[xy]/z.yaml\"]\n");
    for (const char* name : {"one/jobs1.yaml", "two/jobs2.yaml", "two/jobs.yaml", "x/z.yaml", "w/z.yaml"})
        write(name, "");

    EXPECT_THAT(source_names(), ElementsAre("one/jobs1.yaml", "two/jobs2.yaml", "x/z.yaml"));
}

TEST_F(Load, FileNamedTwiceIsReadOnce) {
    write("jobhost.yaml", "definitions: [a.yaml, \"?.yaml\", ./a.yaml]\n");
    write("a.yaml", "jobs: {a: {type: x.y}}\n");

    EXPECT_THAT(source_names(), ElementsAre("a.yaml"));
}

TEST_F(Load, WildcardThatMatchesNothingIsFine) {
    write("jobhost.yaml", "definitions: [jobs.d/*.yaml]\n");
    EXPECT_THAT(source_names(), IsEmpty());
}

TEST_F(Load, FileThatIsNamedMustBeThere) {
    EXPECT_EQ(
        host_says("definitions:\n  - jobs.yaml\n"),
        "jobhost.yaml:2:5  definitions[0]  names a file that is not there: 'jobs.yaml'  a pattern such as "
        "jobs.d/*.yaml may match none");
}

TEST_F(Load, HostFileAloneLooksForNoOther) {
    write("jobhost.yaml", "definitions: [jobs.yaml, missing.yaml]\nlimits: {smtp: {concurrent: 1}}\n");
    write("jobs.yaml", "nonsense: 1\n");
    const LoadResult alone = load_host_file(folder() / "jobhost.yaml");
    ASSERT_TRUE(std::holds_alternative<Configuration>(alone.outcome));
    EXPECT_THAT(std::get<Configuration>(alone.outcome).sources, IsEmpty());
    EXPECT_EQ(std::get<Configuration>(alone.outcome).settings.limits.size(), 1u);

    write("jobhost.yaml", "nonsense: 1\n");
    EXPECT_TRUE(
        std::holds_alternative<std::vector<ConfigError>>(load_host_file(folder() / "jobhost.yaml").outcome));
}

TEST_F(Load, PatternMatchesAllButTheHostFile) {
    write("a.yaml", "");
    write("jobhost.yaml", "definitions: [\"*.yaml\"]\n");
    EXPECT_THAT(source_names(), ElementsAre("a.yaml"));

    EXPECT_EQ(host_says("definitions: [jobhost.yaml]\n"),
              "jobhost.yaml:1:15  definitions[0]  names this file itself  write jobs to a file of their own");
}

TEST_F(Load, PatternIsChecked) {
    EXPECT_EQ(
        host_says("definitions: [\"**/*.yaml\", \"\"]\n"),
        "jobhost.yaml:1:15  definitions[0]  '**' is not supported  name each folder, like jobs.d/*.yaml and "
        "jobs.d/*/*.yaml\n"
        "jobhost.yaml:1:28  definitions[1]  names no file");
    EXPECT_EQ(
        host_says("definitions: [\"[a/b].yaml\", \"a]\\\\[.yaml\", \"[a-c]/[*.yaml\"]\n"),
        "jobhost.yaml:1:15  definitions[0]  has a '[' without a ']' in the same name  write \\[ for a '[' "
        "itself\n"
        "jobhost.yaml:1:29  definitions[1]  names a file that is not there: 'a]\\[.yaml'  a pattern such as "
        "jobs.d/*.yaml may match none\n"
        "jobhost.yaml:1:43  definitions[2]  has a '[' without a ']' in the same name  write \\[ for a '[' "
        "itself");
}

TEST_F(Load, BracketsEndAsPatternsAreRead) {
    for (const std::string pattern :
         {"[]a].yaml", "[!]a].yaml", "[[:alpha:]].yaml", "[a-c]/[x].yaml", "a].yaml*"})
        EXPECT_EQ(host_says("definitions: [\"" + pattern + "\"]\n"), "") << pattern;
    for (const std::string pattern : {"[]a.yaml", "[!].yaml", "[[:alpha:].yaml", "[[:alpha.yaml", "[", "[^"})
        EXPECT_NE(host_says("definitions: [\"" + pattern + "\"]\n"), "") << pattern;
}

TEST_F(Load, FolderOfTheHostFileMayHaveAWildcardInItsName) {
    write("[a]*/jobhost.yaml", "definitions: [\"*.yml\", b.yaml]\n");
    write("[a]*/a.yml", "");
    write("[a]*/b.yaml", "");

    const LoadResult result = load(folder() / "[a]*/jobhost.yaml");

    const auto* configuration = std::get_if<Configuration>(&result.outcome);
    ASSERT_TRUE(configuration);
    EXPECT_EQ(configuration->sources.size(), 2u);
}

TEST_F(Load, SourceHasItsTextAndThePlacesOfItsDefinitions) {
    const std::string text = "jobs:\n  a: {type: x.y}\n  b:\n    queue: default\n    type: x.z\n";
    write("jobhost.yaml", "definitions: [../" + folder().filename().string() + "/sub/jobs.yaml]\n");
    write("sub/jobs.yaml", text);

    const Source source = configuration().sources.at(0);

    const std::string shown = (folder() / "sub/jobs.yaml").string();
    EXPECT_EQ(source.name, "sub/jobs.yaml");
    EXPECT_EQ(source.file, folder() / "sub/jobs.yaml");
    EXPECT_EQ(source.text, text);
    ASSERT_EQ(source.definitions.size(), 2u);
    EXPECT_EQ(source.definitions[1].definition.name, "b");
    EXPECT_EQ(source.definitions[1].where, (Position{shown, 3, 3}));
    EXPECT_EQ(source.definitions[1].types.at(0).where, (Position{shown, 5, 11}));
    EXPECT_EQ(source.definitions[1].path, "jobs.b");
}

TEST_F(Load, NameDefinedInTwoFilesIsRefusedWithTheOtherPlace) {
    write("jobhost.yaml", "definitions: [\"*.yml\"]\n");
    write("a.yml", "jobs:\n  x: {type: x.y}\n  same: {type: x.y}\n");
    write("b.yml", "jobs:\n  same: {type: x.y}\n");

    EXPECT_THAT(errors(), ElementsAre("b.yml:2:3  jobs.same  is already defined at a.yml:3:3"));
}

TEST_F(Load, ErrorsOfAllFilesComeAtOnce) {
    write("jobhost.yaml", "definitions: [\"*.yml\", missing.yaml]\nserver: {workers: 0}\n");
    write("a.yml", "jobs:\n  x: {type: x.y, tiemout: 5s, priority: 5000}\n");
    write("b.yml", "jobs: [\n");
    write("c.yml", "jobs: {z: {}}\n");

    EXPECT_THAT(
        errors(),
        ElementsAre("a.yml:2:18  jobs.x.tiemout  is not a setting  did you mean 'timeout'?",
                    "a.yml:2:41  jobs.x.priority  must be -1000 to 1000, is 5000",
                    "b.yml:2:1  a list opened with '[' is not closed  check the brackets and quotes before "
                    "this place",
                    "c.yml:1:8  jobs.z  has no 'type'  name the job to run, like type: mail.send",
                    "jobhost.yaml:1:24  definitions[1]  names a file that is not there: 'missing.yaml'  a "
                    "pattern such as jobs.d/*.yaml may match none",
                    "jobhost.yaml:2:19  server.workers  must be 1 to 1000, is 0"));
}

TEST_F(Load, QueueThatNobodyServesIsAWarning) {
    write("jobhost.yaml", "definitions: [jobs.yml]\nqueues: {reports: {}}\n");
    write("jobs.yml",
          "jobs:\n  a: {type: x.y, queue: report}\n  b: {type: x.y}\n  c: {type: x.y, queue: reports}\n");

    EXPECT_THAT(errors(), IsEmpty());
    EXPECT_THAT(warnings(),
                ElementsAre("jobs.yml:2:25  jobs.a.queue  this host does not serve the queue 'report'  did "
                            "you mean 'reports'?",
                            "jobs.yml:3:3  jobs.b  this host does not serve the queue 'default'  add it "
                            "under 'queues'"));
}

TEST_F(Load, FileThatCannotBeReadIsAnError) {
    write("jobhost.yaml", "");
    std::filesystem::permissions(folder(), std::filesystem::perms{0755});
    std::filesystem::permissions(folder() / "jobhost.yaml", std::filesystem::perms::none);

    // Root reads everything, so for this moment the test is nobody.
    const uid_t user = geteuid();
    if (user == 0) {
        ASSERT_EQ(seteuid(65534), 0);
    }
    const auto found = errors();
    ASSERT_EQ(seteuid(user), 0);
    EXPECT_THAT(found, ElementsAre("jobhost.yaml  cannot be read: Permission denied"));
}

TEST_F(Load, PipeInPlaceOfAFileIsRefusedAndNotWaitedFor) {
    ASSERT_EQ(mkfifo((folder() / "jobhost.yaml").c_str(), 0600), 0);
    EXPECT_THAT(errors(), ElementsAre("jobhost.yaml  is not a regular file"));
}

TEST_F(Load, FolderNamedAsADefinitionFileIsRefused) {
    write("jobhost.yaml", "definitions: [jobs.d]\n");
    std::filesystem::create_directory(folder() / "jobs.d");
    EXPECT_THAT(errors(), ElementsAre("jobs.d  is a folder"));
}

TEST(ConfigErrorText, LeavesOutWhatIsNotThere) {
    EXPECT_EQ(to_text(ConfigError{{"a.yaml", 3, 7}, "a.b", "is wrong", "do this"}),
              "a.yaml:3:7  a.b  is wrong  do this");
    EXPECT_EQ(to_text(ConfigError{{"a.yaml"}, "", "is wrong", ""}), "a.yaml  is wrong");
}

}  // namespace
}  // namespace jobhost::config
