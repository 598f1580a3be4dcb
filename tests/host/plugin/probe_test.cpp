// Plugins that load, and those that must not.
#include "host/plugin/probe.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "tests/host/plugin/worker_fixture.hpp"

namespace jobhost::host {
namespace {

TEST(Probe, SaysWhatASoundPluginOffers) {
    const PluginDescription plugin = probe(PluginImage::open(test_plugin("none"), {}), test_options());
    EXPECT_EQ(plugin.name, "flawed");
    ASSERT_EQ(plugin.types.size(), 1u);
    EXPECT_EQ(plugin.types[0].full_name, "flawed.resize");
    EXPECT_FALSE(plugin.types[0].default_timeout);
}

// Minor versions count what was appended, so one that is not known here does no harm.
TEST(Probe, APluginOfANewerMinorVersionIsTaken) {
    EXPECT_EQ(probe(PluginImage::open(test_plugin("newer_minor"), {}), test_options()).name, "flawed");
}

struct Flaw {
    const char* name;
    const char* reason;
};
void PrintTo(const Flaw& flaw, std::ostream* out) {
    *out << flaw.name;
}
struct ProbeFlawTest : testing::TestWithParam<Flaw> {};

TEST_P(ProbeFlawTest, IsRefusedWithItsReason) {
    WorkerOptions options = test_options();
    options.start_timeout =
        std::string{GetParam().name}.ends_with("_hangs") ? Duration{500ms} : Duration{20s};
    try {
        probe(PluginImage::open(test_plugin(GetParam().name), {}), options);
        FAIL() << "was accepted";
    } catch (const PluginRefused& refusal) {
        EXPECT_THAT(refusal.reason(), testing::HasSubstr(GetParam().reason));
        EXPECT_FALSE(refusal.remedy().empty());
    }
}

INSTANTIATE_TEST_SUITE_P(Plugins, ProbeFlawTest,
                         testing::Values(Flaw{"constructor_crashes",
                                              "killed by SIGABRT (its last line: the constructor gives up)"},
                                         Flaw{"constructor_throws", "the constructor throws"},
                                         Flaw{"constructor_exits", "exited with status 0"},
                                         Flaw{"constructor_hangs", "did not become ready within 500ms"},
                                         Flaw{"type_name", "job type number 0 is 'Resize'"},
                                         Flaw{"schema", "is not JSON"}, Flaw{"no_run", "has no run function"},
                                         Flaw{"null_type", "number 1 is a NULL pointer"},
                                         Flaw{"same_name", "two job types are called resize"},
                                         Flaw{"init_fails", "init() failed with status 1"},
                                         Flaw{"struct_size", "struct_size 8"},
                                         Flaw{"minor_required", "needs a host of ABI version 1.99"},
                                         Flaw{"null_plugin", "cannot work with this host"},
                                         Flaw{"lying_tag", "speaks ABI version 9, this host speaks 1"},
                                         Flaw{"filter_size", "jobhost.filter/1 has struct_size 16"},
                                         Flaw{"filter_empty", "has neither before nor after"},
                                         Flaw{"extension_hangs", "did not become ready within 500ms"},
                                         Flaw{"missing_symbol", "undefined symbol: nobody_defines_this"}),
                         [](const auto& flaw) { return std::string{flaw.param.name}; });

TEST(Probe, ShutdownThatHangsIsCutShort) {
    WorkerOptions options = test_options();
    options.start_timeout = 500ms;
    EXPECT_EQ(probe(PluginImage::open(test_plugin("shutdown_hangs"), {}), options).name, "flawed");
}

}  // namespace
}  // namespace jobhost::host
