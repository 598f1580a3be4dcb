// Plugins meet hosts that are older and newer than the header they were compiled with.
#include "tests/support/fake_plugin_host.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <stdexcept>

namespace jobhost::test {

namespace {

// A table that ends before `size`, with poison behind it.
struct OlderTable {
    explicit OlderTable(std::size_t size) {
        std::memset(&api, 0x5A, sizeof api);
        std::memcpy(&api, &fake_host_api(), size);
        api.struct_size = static_cast<std::uint32_t>(size);
    }
    jobhost_host_api api;
};

struct NewerTable {
    jobhost_host_api api = fake_host_api();
    void (*appended)() = nullptr;
};

}  // namespace

TEST(HostVersions, WhatAnOlderHostLacksIsLeftOut) {
    const OlderTable older(offsetof(jobhost_host_api, progress));
    const LoadedPlugin plugin(PLUGIN_IN_CPP, older.api);

    FakeRun run;
    plugin.run("facts", run);

    EXPECT_EQ(run.status, JOBHOST_OK);
    EXPECT_EQ(run.result, std::nullopt);
    EXPECT_TRUE(run.progress.empty());
    EXPECT_TRUE(run.has_logged("warning"));
}

TEST(HostVersions, AFailureIsReportedEvenWithoutWords) {
    const OlderTable older(offsetof(jobhost_host_api, set_error));
    const LoadedPlugin plugin(PLUGIN_IN_CPP, older.api);

    FakeRun run({.arguments = R"({"text":"fatal"})"});
    plugin.run("fail", run);

    EXPECT_EQ(run.status, JOBHOST_FATAL);
    EXPECT_EQ(run.error_message, "");
}

TEST(HostVersions, AnOlderHostIsToldOfASnoozeAsAFailure) {
    const LoadedPlugin plugin(PLUGIN_IN_CPP, host_without_extensions());

    FakeRun run({.arguments = R"({"text":"snoozed"})"});
    plugin.run("fail", run);

    EXPECT_EQ(run.status, JOBHOST_FAILED);
    EXPECT_EQ(run.error_code, "snooze_unsupported");
}

TEST(HostVersions, AHostWithoutArgumentsIsNamedAsTheCause) {
    jobhost_host_api poor = fake_host_api();
    poor.get_size = nullptr;
    const LoadedPlugin plugin(PLUGIN_IN_CPP, poor);

    FakeRun run({.arguments = R"({"text":"fatal"})"});
    plugin.run("fail", run);

    EXPECT_EQ(run.status, JOBHOST_FATAL);
    EXPECT_EQ(run.error_code, "host_too_old");
}

TEST(HostVersions, WhatANewerHostHasMoreIsIgnored) {
    NewerTable newer;
    newer.api.struct_size = sizeof newer;
    newer.api.abi_minor = 9;
    const LoadedPlugin plugin(PLUGIN_IN_CPP, newer.api);

    FakeRun run({.arguments = R"({"path":"p"})"});
    plugin.run("inspect", run);

    EXPECT_EQ(run.status, JOBHOST_OK);
}

TEST(HostVersions, AnotherMajorVersionIsRefused) {
    jobhost_host_api other = fake_host_api();
    other.abi_major = 2;
    EXPECT_THROW(LoadedPlugin(PLUGIN_IN_CPP, other), std::runtime_error);
}

}  // namespace jobhost::test
