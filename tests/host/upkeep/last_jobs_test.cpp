#include "host/upkeep/last_jobs.hpp"

#include "tests/host/sync/manual_boot_clock.hpp"

#include <gmock/gmock.h>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// Knows only what is unfinished.
class FakeQueries final : public storage::JobQueries {
public:
    std::set<TypeVersion> unfinished;
    int looks = 0;

    std::set<TypeVersion> unfinished_types() override {
        ++looks;
        return unfinished;
    }
    std::optional<Job> find(JobId) override { return std::nullopt; }
    storage::JobPage list(const storage::JobFilter&, std::size_t, const std::string&) override { return {}; }
    storage::StateCounts count(const std::optional<QueueName>&, const std::optional<std::string>&) override {
        return {};
    }
    std::vector<JobEvent> events(JobId) override { return {}; }
    std::vector<storage::LogLine> log(JobId, storage::LogPosition&) override { return {}; }
};

struct LastJobsTest : testing::Test {
    FakeQueries queries;
    test::ManualBootClock clock;
    std::vector<std::uint64_t> gone;
    LastJobs last_jobs{queries, clock, [this](std::uint64_t generation) { gone.push_back(generation); }};
};

TEST_F(LastJobsTest, WhereNothingIsKeptNobodyLooks) {
    EXPECT_EQ(last_jobs.run_once(), 1h);
    EXPECT_EQ(queries.looks, 0);
}

TEST_F(LastJobsTest, AGenerationGoesWhenTwoLooksHaveFoundNoJob) {
    last_jobs.set({{1, {{"a.old", 1}, {"a.job", 1}}}, {2, {{"a.job", 2}}}});
    queries.unfinished = {{"a.job", 1}, {"a.job", 3}};
    EXPECT_EQ(last_jobs.run_once(), 5s);
    EXPECT_THAT(gone, IsEmpty());
    last_jobs.run_once();
    EXPECT_THAT(gone, IsEmpty()) << "that is too soon";
    clock.advance(5s);
    last_jobs.run_once();
    EXPECT_THAT(gone, ElementsAre(2));

    queries.unfinished = {{"a.job", 3}};
    last_jobs.set({{1, {{"a.old", 1}, {"a.job", 1}}}});
    last_jobs.run_once();
    clock.advance(5s);
    last_jobs.run_once();
    EXPECT_THAT(gone, ElementsAre(2, 1));
}

TEST_F(LastJobsTest, AJobThatComesBetweenTheLooksCounts) {
    last_jobs.set({{1, {{"a.job", 1}}}});
    last_jobs.run_once();
    clock.advance(5s);
    queries.unfinished = {{"a.job", 1}};
    last_jobs.run_once();
    clock.advance(5s);
    queries.unfinished.clear();
    last_jobs.run_once();
    EXPECT_THAT(gone, IsEmpty());
    clock.advance(5s);
    last_jobs.run_once();
    EXPECT_THAT(gone, ElementsAre(1));
}

}  // namespace
}  // namespace jobhost::host
