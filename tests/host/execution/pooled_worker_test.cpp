// When a worker is replaced by a new one.
#include "tests/host/execution/worker_pool_fixture.hpp"

namespace jobhost::host {
namespace {

struct RecyclingTest : WorkerPoolTest {
    config::Recycling& recycle = options.hosting.recycle;
    std::int64_t next = 1;

    void SetUp() override {}
    // The process that a job ran in; its worker has left, or is idle again.
    std::string process_of(const std::string& type) {
        const std::int64_t id = next++;
        run(id, type);
        EXPECT_TRUE(wait_ended(static_cast<std::size_t>(id)));
        return ended.back().end.result;
    }
};

TEST_F(RecyclingTest, AfterSoManyRunsAWorkerIsReplaced) {
    recycle.runs = 2;
    begin("jobs");
    const std::string first = process_of("process");
    EXPECT_EQ(process_of("process"), first);
    const std::string second = process_of("process");
    EXPECT_NE(second, first);
    EXPECT_EQ(process_of("process"), second);
    EXPECT_NE(process_of("process"), second);
}

TEST_F(RecyclingTest, AWorkerThatIsTooOldIsReplacedAfterItsRun) {
    recycle.age = 1ms;  // and none is ready in that time
    begin("jobs");
    EXPECT_NE(process_of("process"), process_of("process"));
}

TEST_F(RecyclingTest, AWorkerWhoseMemoryGrowsIsReplaced) {
    recycle.memory_growth = std::uint64_t{4} << 20;
    begin("reaching");
    EXPECT_NE(process_of("leak"), process_of("leak"));
}

TEST_F(RecyclingTest, AWorkerWhoseMemoryMayGrowRunsOn) {
    recycle.memory_growth.reset();
    begin("reaching");
    EXPECT_EQ(process_of("leak"), process_of("leak"));
}

TEST_F(RecyclingTest, WhatAPluginHasOfItsOwnCounts) {
    config::PluginHosting its;
    its.recycle.runs = 1;
    options.overrides["jobs"] = its;
    begin("jobs");
    EXPECT_NE(process_of("process"), process_of("process"));
}

TEST_F(RecyclingTest, WhatAnotherPluginHasOfItsOwnDoesNot) {
    config::PluginHosting its;
    its.recycle.runs = 1;
    options.overrides["reaching"] = its;
    begin("jobs");
    EXPECT_EQ(process_of("process"), process_of("process"));
}

TEST_F(RecyclingTest, WithAProcessForEachJobTheNextOneIsStartedAhead) {
    options.hosting.isolation = config::Isolation::process_per_job;
    begin("jobs");
    ASSERT_TRUE(wait_until([&] { return pool->is_ready(); }));
    EXPECT_EQ(started, 1);
    run(next++, "process");
    EXPECT_EQ(started, 2) << "while the first job runs";
    ASSERT_TRUE(wait_ended(1));
    const std::string first = ended.back().end.result;
    EXPECT_EQ(started, 2) << "and no job waits for it";
    EXPECT_NE(process_of("process"), first);
    EXPECT_EQ(started, 3) << "the second one ran in the process that was there";
}

}  // namespace
}  // namespace jobhost::host
