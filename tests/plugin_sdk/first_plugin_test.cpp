// The plugin that plugin_sdk/README.md shows does what it says there.
#include "tests/support/fake_plugin_host.hpp"

#include <gtest/gtest.h>

namespace jobhost::test {

TEST(FirstPlugin, Greets) {
    const LoadedPlugin plugin{std::filesystem::path(FIRST_PLUGIN)};
    FakeRun run({.arguments = R"({"name":"Ada"})"});
    plugin.run("greet", run);

    EXPECT_EQ(view(plugin.plugin().name), "hello");
    EXPECT_EQ(run.status, JOBHOST_OK);
    EXPECT_TRUE(run.has_logged("Hello, Ada!"));
}

TEST(FirstPlugin, RefusesWhatItCannotUse) {
    const LoadedPlugin plugin{std::filesystem::path(FIRST_PLUGIN)};
    FakeRun run({.arguments = R"({"name":"Ada","times":-1})"});
    plugin.run("greet", run);

    EXPECT_EQ(run.status, JOBHOST_BAD_ARGUMENTS);
}

}  // namespace jobhost::test
