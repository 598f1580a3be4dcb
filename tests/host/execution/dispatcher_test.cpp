// How generations of a plugin follow each other, with real workers.
#include "host/execution/dispatcher.hpp"

#include "host/upkeep/server_lease.hpp"
#include "tests/host/sync/manual_boot_clock.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace jobhost::host {
namespace {

using namespace std::chrono_literals;
using storage::PluginState;
using testing::ElementsAre;

struct DispatcherTest : testing::Test {
    boost::asio::io_context io{1};
    SystemClock wall;
    WorkerOptions options;
    std::shared_ptr<const PluginImage> image, good_image;
    PluginDescription description;
    Catalog catalog;
    std::vector<storage::Settlement> finished;
    std::optional<Dispatcher> dispatcher;
    int type_changes = 0;
    std::set<TypeVersion> unavailable;
    std::map<JobId, storage::CrashedJob> refunded;
    int crash_loops = 0;
    std::ostringstream log;
    const std::shared_ptr<spdlog::logger> logger_before = spdlog::default_logger();

    ~DispatcherTest() override { spdlog::set_default_logger(logger_before); }

    void SetUp() override {
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(log)));
        options.program = JOBHOST_TEST_WORKER;
        const std::filesystem::path file = std::filesystem::path{JOBHOST_TEST_PLUGINS} / "jobs.so";
        const auto plugin = load_plugin(file, PluginImage::open(file, {}), {}, options, 1);
        image = good_image = plugin->image;
        description = plugin->description;
        catalog.add(plugin);
        begin();
    }
    void begin() {
        dispatcher.emplace(
            io, catalog, options, 1h, wall, "one",
            Dispatcher::Callbacks{
                .finished = [this](storage::Settlement end) { finished.push_back(std::move(end)); },
                .logged = [](const storage::LogChunk&) {},
                .unavailable_types = [this](std::set<TypeVersion> types) { unavailable = std::move(types); },
                .requested = [](const Question&) {},
                .changed = [this] { ++type_changes; },
                .generations_changed = [] {},
                .crash_loops = [this](const LoadedPlugin&) { ++crash_loops; },
                .refunded =
                    [this](const Refund& refund) {
                        for (const storage::CrashedJob& job : refund.jobs)
                            refunded[job.job] = job;
                    },
                .may_begin = [] { return true; },
                .fence = [] { return worker::boot_time_now() + 60s; }});
    }
    void add(std::uint64_t generation) {
        catalog.add(
            std::make_shared<const LoadedPlugin>(LoadedPlugin{description, image, "jobs.so", generation}));
        dispatcher->change(catalog);
    }
    // As if "upgraded" took these; its worker takes 1 to 3.
    void add_taking(std::uint64_t generation, std::uint32_t oldest, std::uint32_t newest) {
        PluginDescription its = description;
        JobTypeDescription& upgraded = its.types.at(its.find("jobs.upgraded").value());
        upgraded.accepts_from = oldest;
        upgraded.payload_version = newest;
        catalog.add(
            std::make_shared<const LoadedPlugin>(LoadedPlugin{std::move(its), image, "jobs.so", generation}));
        dispatcher->change(catalog);
    }
    // Whether a job of that payload version gets to a worker, whatever that makes of it.
    bool is_run(int payload_version) {
        std::vector<Assignment> one;
        one.push_back(
            {{.id = JobId{1}, .lease = Lease{1}, .arguments = "{}"}, "jobs.upgraded", payload_version});
        const std::size_t before = finished.size();
        dispatcher->accept(std::move(one));
        EXPECT_TRUE(wait_until([&] { return finished.size() > before; }));
        return finished.back().cause != Cause::given_back;
    }
    // It goes on until it is cancelled; that it has begun is proved by another job of the same generation.
    void hold(std::int64_t id) {
        run(id, "polite");
        const std::size_t before = finished.size();
        run(id + 1000, "succeed");
        ASSERT_TRUE(wait_until([&] { return finished.size() > before; }));
    }
    void run(std::int64_t id, const std::string& type) {
        ClaimedJob job;
        job.id = JobId{id};
        job.lease = Lease{1};
        job.arguments = "{}";
        std::vector<Assignment> one;
        one.push_back({std::move(job), "jobs." + type});
        dispatcher->accept(std::move(one));
    }
    bool wait_until(const std::function<bool()>& holds) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        io.restart();
        while (!holds() && std::chrono::steady_clock::now() < deadline)
            if (io.run_one_until(deadline) == 0) break;
        return holds();
    }
    std::vector<std::pair<std::uint64_t, PluginState>> states() const {
        std::vector<std::pair<std::uint64_t, PluginState>> all;
        for (const Generation& each : dispatcher->generations())
            all.emplace_back(each.plugin->generation, each.state);
        return all;
    }
    bool is_live(std::uint64_t generation) const {
        const auto all = states();
        return std::ranges::find(all, std::pair{generation, PluginState::live}) != all.end();
    }
};

TEST_F(DispatcherTest, AFourthDrainingGenerationIsWaitedFor) {
    for (std::uint64_t generation = 1; generation <= 3; ++generation) {
        hold(static_cast<std::int64_t>(generation));
        add(generation + 1);
        ASSERT_TRUE(wait_until([&] { return is_live(generation + 1); }));
    }
    hold(4);
    add(5);
    ASSERT_TRUE(wait_until([&] { return log.str().find("(generation 5) waits") != std::string::npos; }));
    EXPECT_THAT(states(),
                ElementsAre(std::pair{5, PluginState::waiting}, std::pair{4, PluginState::live},
                            std::pair{3, PluginState::draining}, std::pair{2, PluginState::draining},
                            std::pair{1, PluginState::draining}));
    add(6);
    dispatcher->cancel_runs({{JobId{2}, Lease{1}}});
    ASSERT_TRUE(wait_until([&] { return is_live(6); })) << "the one that waits last";
    ASSERT_TRUE(wait_until([&] { return states().size() == 4; }));
    EXPECT_THAT(states(),
                ElementsAre(std::pair{6, PluginState::live}, std::pair{4, PluginState::draining},
                            std::pair{3, PluginState::draining}, std::pair{1, PluginState::draining}));
}

TEST_F(DispatcherTest, AnEarlierGenerationRunsWhatIsLeftToItUntilTheCatalogDropsIt) {
    add_taking(2, 1, 2);
    ASSERT_TRUE(wait_until([&] { return is_live(2); }));
    EXPECT_THAT(states(), ElementsAre(std::pair{2, PluginState::live}, std::pair{1, PluginState::live}))
        << "the first one takes version 3";
    add_taking(3, 3, 3);
    ASSERT_TRUE(wait_until([&] { return is_live(3); }));
    ASSERT_TRUE(wait_until([&] { return states().size() == 2; }));
    EXPECT_THAT(states(), ElementsAre(std::pair{3, PluginState::live}, std::pair{2, PluginState::live}));
    for (const int version : {0, 1, 2, 3})
        EXPECT_TRUE(is_run(version)) << version;
    EXPECT_FALSE(is_run(4));

    catalog.remove(*catalog.earlier("jobs").front());
    dispatcher->change(catalog);
    EXPECT_FALSE(is_run(1));
    EXPECT_TRUE(is_run(3));
    ASSERT_TRUE(wait_until([&] { return states().size() == 1; }));
}

TEST_F(DispatcherTest, AnEarlierGenerationThatCannotStartHoldsUpOnlyWhatIsLeftToIt) {
    catalog = {};
    const std::filesystem::path broken = std::filesystem::path{JOBHOST_TEST_PLUGINS} / "constructor_exits.so";
    image = std::make_shared<const PluginImage>(PluginImage::open(broken, {}));
    begin();
    add_taking(1, 1, 2);
    image = good_image;
    add_taking(2, 2, 3);
    ASSERT_TRUE(wait_until([&] { return is_live(2) && !unavailable.empty(); }));
    EXPECT_EQ(unavailable, (std::set<TypeVersion>{{"jobs.upgraded", 1}}));
    EXPECT_TRUE(is_run(2));
}

TEST_F(DispatcherTest, CrashesOfAGenerationThatIsRolledBackAreRefunded) {
    ASSERT_TRUE(wait_until([&] { return is_live(1); }));
    add(2);
    ASSERT_TRUE(wait_until([&] { return is_live(2); }));
    hold(10);
    const std::size_t before = finished.size();
    for (const std::int64_t id : {1, 2, 2, 3})
        run(id, "abort");
    ASSERT_TRUE(wait_until([&] { return finished.size() == before + 4; }));
    EXPECT_EQ(crash_loops, 1);
    EXPECT_TRUE(refunded.empty()) << "it may go on";

    catalog.remove(*catalog.named("jobs"));
    LoadedPlugin again{description, image, "jobs.so", 3};
    again.in_place_of = 2;
    catalog.add(std::make_shared<const LoadedPlugin>(again));
    hold(2);
    dispatcher->change(catalog);
    ASSERT_TRUE(wait_until([&] { return is_live(3); }));
    ASSERT_EQ(refunded.size(), 2u) << "one of them runs";
    EXPECT_EQ(refunded.at(JobId{1}).refunded, 1);
    EXPECT_EQ(refunded.at(JobId{1}).crashes, 1);
    dispatcher->cancel_runs({{JobId{2}, Lease{1}}, {JobId{10}, Lease{1}}});
    ASSERT_TRUE(wait_until([&] { return states().size() == 1; }));
    EXPECT_EQ(refunded.at(JobId{2}).refunded, 2);
    EXPECT_FALSE(refunded.contains(JobId{10}));
}

TEST_F(DispatcherTest, TypesThatAreRemovedAreNotRunAnyMoreAndWhatRunsGoesOn) {
    hold(1);
    catalog.remove("jobs");
    dispatcher->change(catalog);
    EXPECT_TRUE(dispatcher->types().empty());
    EXPECT_EQ(type_changes, 1);
    const std::size_t before = finished.size();
    run(2, "succeed");
    ASSERT_EQ(finished.size(), before + 1);
    EXPECT_EQ(finished.back().cause, Cause::given_back);
    EXPECT_THAT(states(), ElementsAre(std::pair{1, PluginState::draining}));
    dispatcher->cancel_runs({{JobId{1}, Lease{1}}});
    ASSERT_TRUE(wait_until([&] { return states().empty(); }));
    add(2);
    ASSERT_TRUE(wait_until([&] { return is_live(2); }));
}

}  // namespace
}  // namespace jobhost::host
