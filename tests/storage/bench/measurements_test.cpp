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

// A place that writes down who does something in it.
class WatchedPlace final : public Place {
public:
    WatchedPlace(Place& place, std::vector<Contender>& turns) : place_{place}, turns_{turns} {}

    void make(const std::string& space, int servers) override { place_.make(space, servers); }
    storage::StorageOptions options_of(const std::string& space) override { return place_.options_of(space); }
    std::unique_ptr<Connection> connect(const std::string& space, Contender contender, int server) override {
        return std::make_unique<Watched>(place_.connect(space, contender, server), contender, turns_);
    }
    void load(const std::string&, Ballast, std::int64_t) override {}
    bool has_raw() const override { return true; }
    int most_connections() const override { return 1; }
    std::optional<double> server_seconds() override { return std::nullopt; }
    std::string description() override { return place_.description(); }
    std::string whereabouts() const override { return place_.whereabouts(); }
    void remove() override { place_.remove(); }

private:
    class Watched final : public Connection {
    public:
        Watched(std::unique_ptr<Connection> connection, Contender contender, std::vector<Contender>& turns)
            : connection_{std::move(connection)}, contender_{contender}, turns_{turns} {}
        void insert(std::int64_t first, int count) override {
            turns_.push_back(contender_);
            connection_->insert(first, count);
        }
        std::vector<bench::Run> claim(int most) override { return connection_->claim(most); }
        std::vector<bench::Run> claim_timed(int most, double& seconds) override {
            return connection_->claim_timed(most, seconds);
        }
        std::size_t settle(std::span<const bench::Run> runs) override { return connection_->settle(runs); }
        std::vector<bench::Run> exchange(Exchange how, std::span<const bench::Run> runs, int most) override {
            turns_.push_back(contender_);
            return connection_->exchange(how, runs, most);
        }

    private:
        std::unique_ptr<Connection> connection_;
        Contender contender_;
        std::vector<Contender>& turns_;
    };

    Place& place_;
    std::vector<Contender>& turns_;
};

TEST_F(MeasurementsTest, ContendersTakeTurnsAndChangePlacesEachRound) {
    std::vector<Contender> turns;
    WatchedPlace place{*place_, turns};
    plan_.batches = {20};
    plan_.rounds = 2;
    measure_speeds(place, plan_);
    // Three batches to insert; then a claim, and three exchanges of which the last finds nothing more: seven
    // turns for each of two ways to exchange.
    std::vector<Contender> expected;
    for (int turn = 0; turn < 14; ++turn)
        expected.insert(expected.end(), {Contender::raw, Contender::jobhost});
    for (int turn = 0; turn < 14; ++turn)
        expected.insert(expected.end(), {Contender::jobhost, Contender::raw});
    EXPECT_EQ(turns, expected);
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
