// Plugins through the life of a host and of the next one, with a clock that is moved by hand.
#include "host/reload/plugin_reload.hpp"

#include "tests/host/reload/reload_fixture.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace jobhost::host {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What is logged in its time.
class LoggedText {
public:
    LoggedText() {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>(
            "test", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)));
    }
    ~LoggedText() { spdlog::set_default_logger(before_); }
    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    const std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

struct PluginReloadTest : testing::Test {
    test::TemporaryFolder place;
    const fs::path plugins = place / "plugins";
    test::ManualBootClock clock{BootTime{1000s}};
    NoHints hints;
    std::optional<PluginReload> reload;
    int changes = 0;

    PluginReloadTest() {
        fs::create_directory(plugins);
        put(1);
        start();
    }
    // As a host does that is started anew.
    void start() {
        WorkerOptions options;
        options.program = JOBHOST_TEST_WORKER;
        reload.emplace(plugins, image_folder(place.path(), "one"), Trust{}, options, hints, clock);
        reload->start();
        reload->changed = [this](const Catalog&) { ++changes; };
    }
    void put(int version, const std::string& name = "living.so") {
        const fs::path unfinished = plugins / "unfinished";
        fs::copy_file(fs::path{LIVING_PLUGINS} / ("living_" + std::to_string(version) + ".so"), unfinished);
        fs::rename(unfinished, plugins / name);
    }
    void put_half() {
        put(2);
        fs::resize_file(plugins / "living.so", 20000);
    }
    // What lies there is seen, and quiet for long enough.
    void look() {
        clock.advance(1s);
        reload->run_once();
        clock.advance(3s);
        reload->run_once();
    }
    std::string version() const {
        const auto plugin = reload->catalog().named("living");
        return plugin ? plugin->description.version : "";
    }
    std::vector<std::uint64_t> generations() const {
        std::vector<std::uint64_t> all;
        for (const auto& plugin : reload->catalog().plugins())
            all.push_back(plugin->generation);
        return all;
    }
    std::uint64_t generation() const { return reload->catalog().named("living")->generation; }
    bool has(const std::string& type) const { return reload->catalog().find(type).has_value(); }
    std::string refusal() const {
        const auto& all = reload->catalog().refused();
        return all.empty() ? "" : all.front().reason;
    }
    template <class Act>
    std::string refusal_of(Act act) {
        try {
            act();
            return "";
        } catch (const PluginRefused& refused) {
            EXPECT_FALSE(refused.remedy().empty());
            return refused.reason();
        }
    }
};

TEST_F(PluginReloadTest, ASecondFileOfAPluginTakesOverWhenTheFirstOneGoes) {
    put(2, "other.so");
    look();
    EXPECT_EQ(refusal(), "the plugin name living is already taken by living.so");
    fs::remove(plugins / "living.so");
    look();
    look();
    EXPECT_EQ(version(), "2.0.0");
    EXPECT_EQ(refusal(), "");
}

TEST_F(PluginReloadTest, ARollbackAsksTrustAgain) {
    const fs::path list = place / "plugins.sha256";
    const auto allow_what_lies_there = [&] {
        std::ofstream{list, std::ios::app} << PluginImage::open(plugins / "living.so", {}).digest()
                                           << "  living.so\n";
    };
    config::TrustSettings settings;
    settings.policy = config::TrustPolicy::allowlist;
    settings.allowlist = list;
    allow_what_lies_there();
    WorkerOptions options;
    options.program = JOBHOST_TEST_WORKER;
    reload.emplace(plugins, image_folder(place.path(), "two"), Trust{settings}, options, hints, clock);
    reload->start();
    ASSERT_EQ(version(), "1.0.0");
    put(2);
    std::ofstream{list, std::ios::trunc};
    allow_what_lies_there();
    look();
    ASSERT_EQ(version(), "2.0.0");
    EXPECT_NE(refusal_of([&] { reload->roll_back("living"); }), "");
    EXPECT_EQ(version(), "2.0.0");
}

TEST_F(PluginReloadTest, AFileThatIsReplacedIsANewGeneration) {
    EXPECT_EQ(version(), "1.0.0");
    put(2);
    look();
    EXPECT_EQ(version(), "2.0.0");
    EXPECT_EQ(generation(), 2u);
    EXPECT_EQ(changes, 1);
    look();
    EXPECT_EQ(changes, 1);
}

TEST_F(PluginReloadTest, ARollbackPutsTheVersionBeforeInPlaceAndSurvivesARestart) {
    put(2);
    look();
    EXPECT_EQ(reload->roll_back("living")->description.version, "1.0.0");
    EXPECT_EQ(version(), "1.0.0");
    EXPECT_EQ(generation(), 3u);
    EXPECT_FALSE(has("living.only_later")) << "nobody else has it";
    EXPECT_EQ(refusal(), "this version of living was rolled back");
    look();
    EXPECT_EQ(version(), "1.0.0") << "the file has not changed";
    EXPECT_EQ(refusal_of([&] { reload->roll_back("living"); }), "there is no version before 1.0.0");

    start();
    EXPECT_EQ(version(), "1.0.0");
    EXPECT_EQ(refusal(), "this version of living was rolled back");
    look();
    EXPECT_EQ(version(), "1.0.0");
    put(2, "again.so");
    fs::remove(plugins / "living.so");
    look();
    EXPECT_EQ(version(), "1.0.0") << "under another name it is the same version";
    put(4);
    look();
    EXPECT_EQ(version(), "4.0.0");
}

TEST_F(PluginReloadTest, AfterARestartTheVersionBeforeIsThatOfTheHostBefore) {
    put(2);
    look();
    start();
    EXPECT_EQ(version(), "2.0.0");
    reload->roll_back("living");
    EXPECT_EQ(version(), "1.0.0");
}

TEST_F(PluginReloadTest, WhatChangedWhileNoHostRanCanBeRolledBack) {
    put(2);
    start();
    EXPECT_EQ(version(), "2.0.0");
    reload->roll_back("living");
    EXPECT_EQ(version(), "1.0.0");
}

TEST_F(PluginReloadTest, AGenerationThatIsWorseIsRolledBackForGood) {
    put(4);
    look();
    reload->roll_back(generation() + 1);
    reload->run_once();
    EXPECT_EQ(version(), "4.0.0") << "that one is not there";
    reload->roll_back(generation());
    reload->run_once();
    EXPECT_EQ(version(), "1.0.0");
    start();
    EXPECT_EQ(version(), "1.0.0");
    look();
    EXPECT_EQ(version(), "1.0.0");
}

TEST_F(PluginReloadTest, WhatWasRolledBackIsTriedAgainWhenSomebodySaysSo) {
    put(2);
    look();
    reload->roll_back("living");
    reload->try_again("other");
    reload->run_once();
    EXPECT_EQ(version(), "1.0.0");
    for (const char* name : {"living", "living.so", ""}) {
        reload->try_again(name);
        reload->run_once();
        EXPECT_EQ(version(), "2.0.0") << name;
        EXPECT_EQ(refusal(), "");
        reload->roll_back("living");
    }
}

TEST_F(PluginReloadTest, AFileThatIsBrokenAtTheStartLeavesItsPlaceToWhatWasLive) {
    put_half();
    start();
    EXPECT_EQ(version(), "1.0.0");
    EXPECT_NE(refusal(), "");
    look();
    EXPECT_EQ(version(), "1.0.0");
    put(2);
    look();
    EXPECT_EQ(version(), "2.0.0");
    EXPECT_EQ(refusal(), "");
    put(3);
    start();
    EXPECT_EQ(version(), "2.0.0") << "one that dies when it is loaded";
    fs::remove(plugins / "living.so");
    start();
    EXPECT_EQ(version(), "") << "what is gone is not loaded";
}

TEST_F(PluginReloadTest, AnImageThatWasDamagedIsNotLoaded) {
    put(2);
    look();
    const std::string live = reload->catalog().named("living")->image->digest();
    const fs::path image = image_folder(place.path(), "one") / (live + ".so");
    fs::permissions(image, fs::perms::owner_all);
    fs::resize_file(image, 20000);
    put_half();
    start();
    EXPECT_EQ(version(), "1.0.0") << "the one before that";
    fs::remove_all(image.parent_path());
    start();
    EXPECT_EQ(version(), "");
    put(2);
    look();
    EXPECT_EQ(version(), "2.0.0");
}

TEST_F(PluginReloadTest, APluginIsRemovedWhenItsFileIsGone) {
    EXPECT_THAT(refusal_of([&] { reload->remove("living"); }),
                HasSubstr("living.so is still in the plugin folder"));
    EXPECT_EQ(refusal_of([&] { reload->remove("other"); }), "there is no plugin other here");
    put(2);
    look();
    fs::remove(plugins / "living.so");
    look();
    EXPECT_TRUE(has("living.only_first"));
    reload->remove("living");
    EXPECT_THAT(reload->catalog().plugins(), IsEmpty());
    EXPECT_THAT(reload->files(""), IsEmpty());
    EXPECT_EQ(refusal_of([&] { reload->roll_back("living"); }), "no plugin living runs here");
    put(1);
    look();
    EXPECT_EQ(version(), "1.0.0");
    EXPECT_EQ(refusal_of([&] { reload->roll_back("living"); }), "there is no version before 1.0.0")
        << "it was forgotten";
}

TEST_F(PluginReloadTest, FilesSayWhatBecameOfThem) {
    put(3, "bad.so");
    put(2);
    reload->run_once();
    EXPECT_FALSE(reload->files("living").at(0).is_read);
    look();
    const auto all = reload->files("");
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].file, "bad.so");
    EXPECT_NE(all[0].reason, "");
    EXPECT_EQ(all[0].plugin, nullptr);
    EXPECT_EQ(all[1].plugin, reload->catalog().named("living"));
    EXPECT_TRUE(all[1].is_read);
    EXPECT_EQ(reload->files("bad").size(), 1u);
    EXPECT_THAT(reload->files("other"), IsEmpty());
}

TEST_F(PluginReloadTest, ARefusalSaysWhatGoesOnOnlyIfSomethingDoes) {
    const LoggedText log;
    put(3, "bad.so");
    put(3);
    look();
    EXPECT_THAT(log.text(), HasSubstr("plugin bad.so is refused: "));
    EXPECT_THAT(log.text(), HasSubstr("plugin living.so is refused, and living 1.0.0 goes on: "));
}

TEST_F(PluginReloadTest, AFileForWindowsIsToldOnce) {
    const LoggedText log;
    place.write("plugins/living.dll", "MZ");
    look();
    look();
    const std::string told = "living.dll is not loaded: it is for Windows";
    EXPECT_THAT(log.text(), HasSubstr(told));
    EXPECT_EQ(log.text().find(told), log.text().rfind(told));
    EXPECT_EQ(refusal(), "");
}

TEST_F(PluginReloadTest, WhatIsKeptForItsJobsIsThereAfterARestartUntilNobodyNeedsIt) {
    put(2);
    look();
    put(5);
    look();
    EXPECT_THAT(generations(), ElementsAre(3, 2, 1)) << "the second one has version 1, the first only_first";
    start();
    EXPECT_EQ(version(), "5.0.0");
    EXPECT_THAT(generations(), ElementsAre(3, 2, 1));
    EXPECT_TRUE(has("living.only_first"));
    reload->let_go(3);
    reload->let_go(1);
    reload->run_once();
    EXPECT_THAT(generations(), ElementsAre(3, 2)) << "and never the latest";
    EXPECT_FALSE(has("living.only_first"));
    EXPECT_EQ(changes, 3) << "two have come, and one went";
    EXPECT_EQ(reload->roll_back("living")->description.version, "2.0.0");
    start();
    EXPECT_EQ(version(), "2.0.0") << "the file was rolled back";
    EXPECT_THAT(generations(), ElementsAre(1));
}

TEST_F(PluginReloadTest, NoMoreThanThreeGenerationsAreKeptForTheirJobs) {
    const LoggedText log;
    for (const int next : {5, 6, 7, 8}) {
        put(next);
        look();
    }
    EXPECT_THAT(generations(), ElementsAre(5, 4, 3, 2));
    EXPECT_THAT(log.text(), HasSubstr("plugin living 1.0.0 (generation 1) is not kept any more"));
    start();
    EXPECT_THAT(generations(), ElementsAre(4, 3, 2, 1)) << "as they were";
}

TEST_F(PluginReloadTest, AStateFolderThatCannotBeWrittenHoldsUpNothing) {
    fs::remove_all(place / "images");
    place.write("images", "no folder");
    put(2);
    look();
    EXPECT_EQ(version(), "2.0.0");
    reload->roll_back("living");
    EXPECT_EQ(version(), "1.0.0");
}

}  // namespace
}  // namespace jobhost::host
