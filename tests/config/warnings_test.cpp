#include "config/warnings.hpp"

#include "storage/model/time_text.hpp"
#include "tests/config/folder.hpp"

namespace jobhost::config {
namespace {

class WarningsTest : public FolderTest {
protected:
    std::string warn(const std::string& job) {
        write("jobhost.yaml", "definitions: [jobs.yaml]\n");
        write("jobs.yaml", "jobs:\n  a: {type: x.y, " + job + "}\n");
        std::string text;
        for (const ConfigError& warning :
             warnings_of(configuration(), *parse_instant("2026-11-28T12:00:00Z"))) {
            EXPECT_EQ(warning.where.line, 2);
            text += (text.empty() ? "" : "\n") + warning.path + "  " + warning.problem;
        }
        return text;
    }
};

TEST_F(WarningsTest, NothingIsSaidOfWhatIsCommon) {
    EXPECT_EQ(warn("timeout: 30m"), "");
    EXPECT_EQ(warn("schedule: \"0 6 1 * *\", timeout: 1d"), "");
    EXPECT_EQ(warn("schedule: \"0 6 * * MON\""), "");
    EXPECT_EQ(warn("schedule: {every: 1h}, timeout: 1h"), "");
    EXPECT_EQ(warn("schedule: {cron: \"30 2 * * *\", time_zone: UTC}"), "");
    EXPECT_EQ(warn("schedule: {cron: \"30 12 * * *\", time_zone: Europe/Berlin}"), "");
}

TEST_F(WarningsTest, BothDayFields) {
    EXPECT_EQ(warn("schedule: \"0 0 13 * FRI\""),
              "jobs.a.schedule  '0 0 13 * FRI' restricts day of month and day of week: both must match");
    EXPECT_NE(warn("schedule: \"0 0 L * FRI\""), "");
    EXPECT_EQ(warn("schedule: {cron: \"0 0 13 * FRI\", day_match: any}"), "");
    EXPECT_NE(warn("schedule: \"0 0 1-7 * MON#1\""), "");
}

TEST_F(WarningsTest, ADayFieldWithAStarIsNoChoiceOfTheTwo) {
    for (const char* cron : {"0 0 */2 * MON", "0 0 1 * */2"}) {
        write("jobhost.yaml", "definitions: [jobs.yaml]\n");
        write("jobs.yaml",
              "jobs: {a: {type: x.y, schedule: {cron: \"" + std::string{cron} + "\", day_match: any}}}\n");
        const auto warnings = warnings_of(configuration(), *parse_instant("2026-11-28T12:00:00Z"));
        ASSERT_EQ(warnings.size(), 1u) << cron;
        EXPECT_NE(warnings[0].problem.find("both must match"), std::string::npos);
        EXPECT_NE(warnings[0].hint.find("write 1-31/2 or 0-6/2 in place of */2"), std::string::npos)
            << warnings[0].hint;
    }
}

TEST_F(WarningsTest, ATimeThatTheClockSkips) {
    EXPECT_EQ(warn("schedule: {cron: \"30 2 * * *\", time_zone: Europe/Berlin}"),
              "jobs.a.schedule  the clock of Europe/Berlin skips 2027-03-28 02:00 to 2027-03-28 03:00, and "
              "with it a "
              "run");
    EXPECT_NE(warn("schedule: {cron: \"30 2 * * SUN\", time_zone: Europe/Berlin}"), "");
    EXPECT_EQ(warn("schedule: {cron: \"30 2 * * MON\", time_zone: Europe/Berlin}"), "");
}

TEST_F(WarningsTest, ATimeoutLongerThanThePeriod) {
    EXPECT_EQ(warn("schedule: {every: 1m}, timeout: 90s"),
              "jobs.a.timeout  is 1m30s, and runs may be only 1m apart");
    EXPECT_EQ(warn("schedule: \"0,50 * * * *\", timeout: 20m"),
              "jobs.a.timeout  is 20m, and runs may be only 10m apart");
}

TEST_F(WarningsTest, AQueueThatThisHostDoesNotServeIsAWarningOfEachLoad) {
    write("jobhost.yaml", "definitions: [jobs.yaml]\n");
    write("jobs.yaml", "jobs:\n  a: {type: x.y, queue: reports}\n");
    ASSERT_EQ(warnings().size(), 1u);
    EXPECT_NE(warnings()[0].find("does not serve the queue 'reports'"), std::string::npos);
}

TEST_F(WarningsTest, AScheduleThatNeverFiresIsAnError) {
    EXPECT_NE(jobs_say("jobs: {a: {type: x.y, schedule: \"0 0 31 2 *\"}}").find("never fires"),
              std::string::npos);
}

}  // namespace
}  // namespace jobhost::config
