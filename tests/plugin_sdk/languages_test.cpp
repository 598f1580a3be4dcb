// Plugins in C, by two compilers, and in Rust: the same job in each, against the same table.
#include "tests/support/fake_plugin_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>

namespace jobhost::test {

namespace fs = std::filesystem;

class LanguageTest : public testing::TestWithParam<const char*> {
protected:
    const fs::path file_ = fs::path(TEST_PLUGINS) / GetParam();
};

INSTANTIATE_TEST_SUITE_P(Plugins, LanguageTest,
                         testing::Values("plugin_in_c.so", "plugin_in_c_by_clang.so", "plugin_in_rust.so"),
                         [](const auto& file) { return fs::path(file.param).stem().string(); });

TEST_P(LanguageTest, AJobReadsLogsReportsAndAnswers) {
    const LoadedPlugin plugin(file_);
    FakeRun good({.arguments = R"({"number":21})"});
    plugin.run("double", good);
    EXPECT_EQ(good.status, JOBHOST_OK);
    EXPECT_EQ(good.result, "42");
    EXPECT_TRUE(good.has_logged("doubled"));
    EXPECT_THAT(good.progress, testing::ElementsAre(0.5));
}

TEST_P(LanguageTest, AJobRefusesItsArguments) {
    const LoadedPlugin plugin(file_);
    for (const char* arguments : {R"({"number":"x"})", R"({"number":-1})", "{}"}) {
        FakeRun bad({.arguments = arguments});
        plugin.run("double", bad);
        EXPECT_EQ(bad.status, JOBHOST_BAD_ARGUMENTS) << arguments;
        EXPECT_EQ(bad.error_code, "bad_number");
        EXPECT_EQ(bad.error_message, "/number must be 0 to 1000");
        EXPECT_EQ(bad.result, std::nullopt);
    }
}

// Behind the table of an older host lies something else.
TEST_P(LanguageTest, WhatAnOlderHostLacksIsNotTouched) {
    jobhost_host_api older;
    std::memset(&older, 0x5A, sizeof older);
    std::memcpy(&older, &fake_host_api(), offsetof(jobhost_host_api, set_result));
    older.struct_size = offsetof(jobhost_host_api, set_result);
    const LoadedPlugin plugin(file_, older);

    FakeRun run({.arguments = R"({"number":21})"});
    plugin.run("double", run);
    EXPECT_EQ(run.status, JOBHOST_OK);
    EXPECT_EQ(run.result, std::nullopt);
    EXPECT_TRUE(run.has_logged("doubled"));
}

TEST_P(LanguageTest, AnotherMajorVersionIsRefused) {
    jobhost_host_api other = fake_host_api();
    other.abi_major = 2;
    EXPECT_THROW(LoadedPlugin(file_, other), std::runtime_error);
}

class RustTest : public testing::Test {
protected:
    LoadedPlugin plugin_{fs::path(TEST_PLUGINS) / "plugin_in_rust.so"};
};

TEST_F(RustTest, APanicIsAFailedRun) {
    // What Rust remembers for a backtrace is never freed, and counts as lost when the library is closed.
    ::setenv("RUST_BACKTRACE", "0", 1);
    FakeRun run;
    plugin_.run("panic", run);
    EXPECT_EQ(run.status, JOBHOST_FAILED);
    EXPECT_EQ(run.error_code, "panic");
    EXPECT_EQ(run.error_message, "something went wrong");

    FakeRun next({.arguments = R"({"number":1})"});
    plugin_.run("double", next);
    EXPECT_EQ(next.status, JOBHOST_OK);
}

#define SIZE(type) \
    { #type, sizeof(type) }
#define AT(type, member) \
    { #type "." #member, offsetof(type, member) }

TEST_F(RustTest, TheMirrorHasTheLayoutOfTheHeader) {
    const std::map<std::string, std::size_t> header{
        SIZE(jobhost_text),
        AT(jobhost_text, data),
        AT(jobhost_text, size),
        SIZE(jobhost_host_api),
        AT(jobhost_host_api, struct_size),
        AT(jobhost_host_api, abi_major),
        AT(jobhost_host_api, abi_minor),
        AT(jobhost_host_api, host_version),
        AT(jobhost_host_api, log),
        AT(jobhost_host_api, get_extension),
        AT(jobhost_host_api, job_id),
        AT(jobhost_host_api, lease),
        AT(jobhost_host_api, attempt),
        AT(jobhost_host_api, scheduled_at),
        AT(jobhost_host_api, idempotency_key),
        AT(jobhost_host_api, definition),
        AT(jobhost_host_api, arguments),
        AT(jobhost_host_api, get_integer),
        AT(jobhost_host_api, get_number),
        AT(jobhost_host_api, get_boolean),
        AT(jobhost_host_api, get_string),
        AT(jobhost_host_api, get_size),
        AT(jobhost_host_api, get_json),
        AT(jobhost_host_api, get_name),
        AT(jobhost_host_api, progress),
        AT(jobhost_host_api, stop_requested),
        AT(jobhost_host_api, wait_for_stop),
        AT(jobhost_host_api, set_result),
        AT(jobhost_host_api, set_error),
        SIZE(jobhost_job_type),
        AT(jobhost_job_type, struct_size),
        AT(jobhost_job_type, flags),
        AT(jobhost_job_type, name),
        AT(jobhost_job_type, description),
        AT(jobhost_job_type, arguments_schema),
        AT(jobhost_job_type, result_schema),
        AT(jobhost_job_type, payload_version),
        AT(jobhost_job_type, reserved),
        AT(jobhost_job_type, default_timeout_us),
        AT(jobhost_job_type, user),
        AT(jobhost_job_type, run),
        AT(jobhost_job_type, accepts_from),
        AT(jobhost_job_type, reserved2),
        AT(jobhost_job_type, upgrade),
        SIZE(jobhost_plugin),
        AT(jobhost_plugin, struct_size),
        AT(jobhost_plugin, abi_major),
        AT(jobhost_plugin, abi_minor),
        AT(jobhost_plugin, name),
        AT(jobhost_plugin, version),
        AT(jobhost_plugin, job_type_count),
        AT(jobhost_plugin, host_minor_required),
        AT(jobhost_plugin, reserved),
        AT(jobhost_plugin, job_types),
        AT(jobhost_plugin, init),
        AT(jobhost_plugin, shutdown),
        AT(jobhost_plugin, get_extension),
        SIZE(jobhost_abi_tag),
        AT(jobhost_abi_tag, magic),
        AT(jobhost_abi_tag, abi_major),
        AT(jobhost_abi_tag, abi_minor),
        AT(jobhost_abi_tag, pointer_size),
        AT(jobhost_abi_tag, little_endian),
        AT(jobhost_abi_tag, compiler),
        AT(jobhost_abi_tag, reserved),
        AT(jobhost_abi_tag, sizeof_host_api),
        AT(jobhost_abi_tag, sizeof_plugin),
        AT(jobhost_abi_tag, sizeof_job_type),
        AT(jobhost_abi_tag, padding),
    };
    FakeRun run;
    plugin_.run("layout", run);
    std::map<std::string, std::size_t> mirror;
    const boost::json::value told = run.result_json();
    for (const auto& [name, number] : told.as_object())
        mirror[std::string(name)] = number.to_number<std::size_t>();
    EXPECT_EQ(mirror, header);
}

}  // namespace jobhost::test
