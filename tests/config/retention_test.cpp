// How long jobs are kept: in the host file for all, in a definition for its own.
#include "tests/config/folder.hpp"

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

class RetentionKeys : public FolderTest {
protected:
    Retention of_definition(std::string_view host_file, std::string_view retention) {
        write("jobhost.yaml", "definitions: [jobs.yaml]\n" + std::string(host_file));
        write("jobs.yaml", "jobs:\n  a: {type: x.y" + std::string(retention) + "}\n");
        const Configuration all = configuration();
        if (all.sources.size() == 1 && all.sources[0].definitions.size() == 1)
            return all.sources[0].definitions[0].definition.policy.retention;
        ADD_FAILURE() << "there must be one definition";
        return {};
    }
};

TEST_F(RetentionKeys, HostFileHasThemForAll) {
    EXPECT_EQ(settings("retention: {succeeded: 2h, failed: 7d, deleted: 1m, count: 100}\n").retention,
              (Retention{.succeeded = 2h, .failed = std::chrono::days{7}, .deleted = 1min, .count = 100}));
    EXPECT_EQ(settings("retention:\n").retention, Retention{});
}

TEST_F(RetentionKeys, DefinitionHasThemOfTheHostFileUnlessItSaysOtherwise) {
    const std::string host_file = "retention: {succeeded: 2h, count: 100}\n";
    Retention expected{.succeeded = 2h, .count = 100};
    EXPECT_EQ(of_definition(host_file, ""), expected);
    EXPECT_EQ(of_definition(host_file, ", retention: {}"), expected);

    expected.failed = 90min;
    expected.count = 5;
    EXPECT_EQ(of_definition(host_file, ", retention: {failed: 1h30m, count: 5}"), expected);
    EXPECT_EQ(of_definition("", ""), Retention{});
}

TEST_F(RetentionKeys, AgesAndCountsHaveBounds) {
    EXPECT_EQ(host_says("retention: {succeeded: 1m, failed: 3650d, count: 1000000}\n"), "");
    EXPECT_EQ(host_says("retention: {succeeded: 59s}\n"),
              "jobhost.yaml:1:24  retention.succeeded  must be 1m to 3650d, is '59s'");
    EXPECT_EQ(host_says("retention: {failed: 3651d}\n"),
              "jobhost.yaml:1:21  retention.failed  must be 1m to 3650d, is '3651d'");
    EXPECT_EQ(host_says("retention: {count: 0}\n"),
              "jobhost.yaml:1:20  retention.count  must be 1 to 1000000, is 0");
    EXPECT_EQ(host_says("retention: {count: 1000001}\n"),
              "jobhost.yaml:1:20  retention.count  must be 1 to 1000000, is 1000001");
    EXPECT_EQ(
        jobs_say("jobs:\n  a: {type: x.y, retention: {deleted: never}}\n"),
        "jobs.yaml:2:39  jobs.a.retention.deleted  must be a duration, is 'never'  write it like 250ms, 30s, "
        "5m, 1h30m or 2d");
}

TEST_F(RetentionKeys, UnknownOneIsRefusedAndTheNearestNamed) {
    EXPECT_EQ(host_says("retention: {succeded: 1d}\n"),
              "jobhost.yaml:1:13  retention.succeded  is not a setting  did you mean 'succeeded'?");
    EXPECT_EQ(host_says("retention: 1d\n"), "jobhost.yaml:1:12  retention  must be a mapping, is text");
}

}  // namespace
}  // namespace jobhost::config
