#include "storage/bench/measurements.hpp"

#include "tests/support/temporary_folder.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace jobhost::bench {
namespace {

class MeasurementsTest : public testing::Test {
protected:
    test::TemporaryFolder folder_;
    std::unique_ptr<Place> place_ = make_place({.url = "sqlite:" + (folder_ / "jobs.db").string()}, "bench");
    Plan plan_{.contenders = {Contender::raw, Contender::jobhost},
               .batches = {1, 20},
               .connections = {1},
               .rounds = 1,
               .scale = 0.005,
               .ballast = 30};
};

TEST_F(MeasurementsTest, EachContenderHasASpeedForEachDeedAndBatch) {
    const std::vector<Figures> all = measure_speeds(*place_, plan_);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].contender, "raw");
    EXPECT_EQ(all[1].contender, "jobhost");
    for (const Figures& figures : all) {
        EXPECT_EQ(figures.speeds.size(), 6u);
        for (const std::string& deed : {kInsert, kSeparate, kFused})
            for (const int batch : {1, 20})
                EXPECT_GT(figures.speeds.at({1, deed, batch}).rows_per_second, 0) << deed << batch;
    }
}

TEST_F(MeasurementsTest, ContendersTakeTurnsAndChangePlacesEachRound) {
    std::vector<std::string> steps;
    plan_.batches = {20};
    plan_.rounds = 2;
    plan_.report = [&](const std::string& step) { steps.push_back(step.substr(step.rfind(' ') + 1)); };
    measure_speeds(*place_, plan_);
    EXPECT_EQ(steps, (std::vector<std::string>{"raw", "jobhost", "raw", "jobhost",  //
                                               "jobhost", "raw", "jobhost", "raw"}));
}

TEST_F(MeasurementsTest, GrowthIsToldForEachKindOfRows) {
    plan_.contenders = {Contender::jobhost};
    const std::vector<Figures> all = measure_growth(*place_, plan_);
    ASSERT_EQ(all.size(), 1u);
    std::vector<std::string> kinds;
    for (const Growth& growth : all.front().growth) {
        kinds.push_back(growth.ballast);
        EXPECT_GT(growth.micros, 0);
    }
    EXPECT_EQ(kinds, (std::vector<std::string>{"none", "retained", "future", "unserved"}));
    EXPECT_EQ(all.front().growth.front().ratio, 1);
}

TEST_F(MeasurementsTest, EndWhenSomebodyStopsThem) {
    std::atomic<bool> is_stopped = false;
    int steps = 0;
    plan_.is_stopped = &is_stopped;
    plan_.report = [&](const std::string&) { is_stopped = ++steps == 2; };
    EXPECT_THROW(measure_speeds(*place_, plan_), Stopped);
    EXPECT_EQ(steps, 2);
    is_stopped = false;
    steps = 0;
    EXPECT_THROW(measure_growth(*place_, plan_), Stopped);
    EXPECT_EQ(steps, 2);
}

TEST(MedianTest, IsTheMiddleOfTheSortedValues) {
    EXPECT_EQ(median_of({3, 1, 2}), 2);
    EXPECT_EQ(median_of({4, 1, 2, 3}), 2.5);
    EXPECT_EQ(median_of({7}), 7);
}

class FiguresTest : public testing::Test {
protected:
    const Work fused_{1, kFused, 100};
    std::vector<Figures> all_{{.contender = "raw", .speeds = {{fused_, {40000, 20.5, 1.5}}}},
                              {.contender = "jobhost", .speeds = {{fused_, {30000, std::nullopt, 4}}}}};
};

TEST_F(FiguresTest, TheRatioIsJobhostsPartOfRaw) {
    EXPECT_EQ(ratio_of(all_, fused_), 0.75);
    all_.erase(all_.begin());
    EXPECT_EQ(ratio_of(all_, fused_), std::nullopt);
}

TEST_F(FiguresTest, ATableHasALineForEachWork) {
    EXPECT_EQ(
        as_table(all_),
        "rows/s, and microseconds of processor time per row, server / client\n"
        "work            conn  batch  |       raw  server  client  |   jobhost  server  client  | ratio\n"
        "fused              1    100  |     40000    20.5     1.5  |     30000       -     4.0  |  0.75\n");
}

TEST_F(FiguresTest, JsonHoldsSpeedsAndRatios) {
    const boost::json::object object = as_json(all_);
    EXPECT_EQ(object.at("ratios").as_array().at(0).at("ratio").as_double(), 0.75);
    const boost::json::array& speeds = object.at("speeds").as_array();
    ASSERT_EQ(speeds.size(), 2u);
    EXPECT_EQ(speeds.at(1).at("by").as_string(), "jobhost");
    EXPECT_TRUE(speeds.at(1).at("server_micros").is_null());
    EXPECT_TRUE(object.at("growth").as_array().empty());
}

}  // namespace
}  // namespace jobhost::bench
