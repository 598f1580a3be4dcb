#include "storage/soci/migrator.hpp"
#include "storage/soci/sqlite_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace jobhost::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// How SQLite runs the statements that each job passes through: their cost must not grow with the table.
struct QueryPlanTest : testing::Test {
    test::TemporaryFolder folder;
    test::ManualClock clock;
    SqliteDatabase database{folder / "test.db", 5s, clock};

    QueryPlanTest() { migrate(database); }

    // The steps that touch a table, outermost first.
    std::vector<std::string> plan_of(std::string_view statement) {
        std::vector<std::string> steps;
        database.read([&](Session& session) {
            const std::string text = "EXPLAIN QUERY PLAN " + database.catalog()[statement];
            for (const auto& [id, parent, unused, step] :
                 session.rows_of_text<int, int, int, std::string>(text))
                if (step.starts_with("S")) steps.push_back(step);  // SCAN, SEARCH
        });
        return steps;
    }
};

TEST_F(QueryPlanTest, SettlingReadsTheArrayOnceAndFindsEachJobByItsId) {
    EXPECT_THAT(plan_of("job_settle"), ElementsAre(HasSubstr("SCAN json_each"), "SCAN (subquery-1)", "SCAN s",
                                                   HasSubstr("job USING INTEGER PRIMARY KEY")));
}

TEST_F(QueryPlanTest, ClaimingReadsTheHeadOfALaneAndFindsEachJobByItsId) {
    EXPECT_THAT(plan_of("job_candidates_of_lane"),
                ElementsAre(HasSubstr("job USING INDEX job_ready (lane=? AND order_key>?)")));
    EXPECT_THAT(plan_of("job_claim"),
                ElementsAre(HasSubstr("job USING INTEGER PRIMARY KEY"), HasSubstr("SCAN json_each"),
                            HasSubstr("SCALAR SUBQUERY"), HasSubstr("server USING INTEGER PRIMARY KEY")));
}

TEST_F(QueryPlanTest, WhatFollowsFromAJobIsFoundByItsEdges) {
    EXPECT_THAT(plan_of("edge_follower"),
                ElementsAre(HasSubstr("job_edge USING INDEX job_edge_of_parent (parent=?)"),
                            HasSubstr("job USING INTEGER PRIMARY KEY")));
}

TEST_F(QueryPlanTest, PromotingReadsOnlyWhatIsDue) {
    EXPECT_THAT(plan_of("job_next_due"),
                ElementsAre("SCAN CONSTANT ROW", HasSubstr("SCALAR SUBQUERY"),
                            HasSubstr("job USING INDEX job_due"), HasSubstr("SCALAR SUBQUERY"),
                            HasSubstr("limit_state USING COVERING INDEX limit_state_opening")));
    EXPECT_THAT(plan_of("job_promote"), ElementsAre(HasSubstr("job USING INTEGER PRIMARY KEY"),
                                                    HasSubstr("job USING INDEX job_due (due_at<?)")));
}

TEST_F(QueryPlanTest, PassingASlotOnReadsTheHeadOfTheLineAndFindsEachJobByItsId) {
    EXPECT_THAT(plan_of("limit_use_of"),
                ElementsAre(HasSubstr("limit_use USING PRIMARY KEY (job=?)"), HasSubstr("SCAN json_each"),
                            HasSubstr("limit_promise USING PRIMARY KEY (job=? AND limit_key=?)")));
    EXPECT_THAT(plan_of("limit_promise_of"), ElementsAre(HasSubstr("limit_promise USING PRIMARY KEY (job=?)"),
                                                         HasSubstr("SCAN json_each")));
    EXPECT_THAT(plan_of("job_parked_first").front(), HasSubstr("job USING INDEX job_parked (limit_key=?)"));
    EXPECT_THAT(plan_of("job_unpark"),
                ElementsAre(HasSubstr("job USING INTEGER PRIMARY KEY"), HasSubstr("SCAN json_each")));
    EXPECT_THAT(plan_of("limit_due"),
                ElementsAre(HasSubstr("limit_state USING COVERING INDEX limit_state_opening")));
    EXPECT_THAT(plan_of("limit_instant_first"),
                ElementsAre(HasSubstr("limit_instant USING COVERING INDEX limit_instant_of_window")));
}

TEST_F(QueryPlanTest, RecoveringReadsOnlyTheJobsOfThatServer) {
    EXPECT_THAT(plan_of("server_recover"), ElementsAre(HasSubstr("job USING INTEGER PRIMARY KEY"),
                                                       HasSubstr("job USING INDEX job_running (server=?)")));
}

TEST_F(QueryPlanTest, WhatIsAskedOfAServerIsFoundByThatServer) {
    EXPECT_THAT(
        plan_of("server_command_open_of"),
        ElementsAre(HasSubstr("server_command USING INDEX server_command_open (state=? AND server=?)")));
    EXPECT_THAT(
        plan_of("server_command_answers"),
        ElementsAre(HasSubstr("server_command USING PRIMARY KEY (id=?)"), HasSubstr("SCAN json_each")));
    EXPECT_THAT(plan_of("server_command_purge"),
                ElementsAre(HasSubstr("INDEX server_command_made (created_at<?)")));
}

// Of all statements there are, whatever they are for: what looks at all jobs is slow when there are ten
// million, and most of it comes each second.
TEST_F(QueryPlanTest, NothingLooksAtAllJobs) {
    // The daily recount; and how all lists begin, which goes on by what is asked for.
    const std::set<std::string> exceptions{"counter_difference", "job_select"};
    std::size_t count = 0;
    for (const EmbeddedSql& file : embedded_sql()) {
        if (!file.path.starts_with("common/queries/") && !file.path.starts_with("sqlite/queries/")) continue;
        for (std::size_t at = file.text.find("-- name: "); at != std::string_view::npos;
             at = file.text.find("-- name: ", at + 1)) {
            const std::string name{file.text.substr(at + 9, file.text.find('\n', at) - at - 9)};
            ++count;
            if (exceptions.contains(name)) continue;
            for (const std::string& step : plan_of(name))
                EXPECT_FALSE((step + " ").starts_with("SCAN job ") && !step.ends_with("INDEX job_running"))
                    << name << ": " << step;
        }
    }
    EXPECT_GT(count, 100u);
}

}  // namespace
}  // namespace jobhost::storage
