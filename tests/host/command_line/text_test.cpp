#include "host/command_line/text.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace jobhost::host {
namespace {

TEST(Text, ColumnsAreAsWideAsTheirWidestCell) {
    std::ostringstream out;
    print_table(out, {{"ID", "NAME"}, {"1", "\xc3\xa7"}, {"1000", "x"}});
    EXPECT_EQ(out.str(), "ID    NAME\n1     \xc3\xa7\n1000  x\n");
}

TEST(Text, ATableInPiecesKeepsItsColumnsUntilTheyMustGrow) {
    std::ostringstream out;
    std::vector<std::size_t> widths;
    print_rows(out, {{"ID", "NAME"}, {"1000", "x"}}, widths);
    print_rows(out, {{"1", "y"}}, widths);
    print_rows(out, {{"10000", "z"}}, widths);
    EXPECT_EQ(out.str(), "ID    NAME\n1000  x\n1     y\n10000  z\n");
}

TEST(Text, TheNoteOfARetrySaysWhichAndWhen) {
    Job job;
    job.attempt = 4;
    job.recoveries = 1;
    job.state = Scheduled{TimePoint{std::chrono::hours{1}}, Reason::retry};
    EXPECT_EQ(state_note(job), "retry 3 of 10, due 1970-01-01 01:00:00");

    job.state = Succeeded{};
    job.warnings = 2;
    EXPECT_EQ(state_note(job), "2 warnings");
}

}  // namespace
}  // namespace jobhost::host
