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
    EXPECT_EQ(state_text(job), "succeeded with 2 warnings");
}

TEST(Text, WhatIsAwaitedIsSaid) {
    Job job;
    job.state = Awaiting{Reason::parents};
    EXPECT_EQ(state_text(job), "awaiting (for its parents)");
    job.state = Awaiting{Reason::limit};
    job.parked_on = LimitUse{"tenant", "acme"};
    EXPECT_EQ(state_text(job), "awaiting (for a slot of tenant:acme)");
    job.state = Awaiting{Reason::throttled};
    EXPECT_EQ(state_text(job), "awaiting (throttled by tenant:acme)");
    job.state = Processing{};
    job.cancel_requested_at = TimePoint{};
    EXPECT_EQ(state_text(job), "processing (asked to stop)");
    job.state = Enqueued{};
    job.cancel_requested_at.reset();
    EXPECT_EQ(state_text(job), "enqueued");
}

}  // namespace
}  // namespace jobhost::host
