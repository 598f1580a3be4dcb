// The host's side of the plugin ABI, in the test's own process: runs jobs of a plugin and keeps what they
// say.
#pragma once

#include <jobhost/extensions.h>

#include <boost/json/value.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jobhost::test {

struct LogLine {
    std::int32_t level;
    std::string text;
    friend bool operator==(const LogLine&, const LogLine&) = default;
};

// What a run is told about itself.
struct RunFacts {
    std::int64_t id = 42;
    std::int64_t lease = 7;
    std::uint32_t attempt = 1;
    std::int64_t scheduled_at = 0;
    std::string idempotency_key = "key-42";
    std::string definition = {};
    std::string arguments = "{}";
    std::vector<jobhost_parent> parents = {};
};

// One run: the fake behind a jobhost_context. stop() and has_logged() are for any thread; stop_when_…() for
// before the run, the rest for after it.
class FakeRun {
public:
    explicit FakeRun(RunFacts facts = {});
    FakeRun(const FakeRun&) = delete;
    FakeRun& operator=(const FakeRun&) = delete;

    jobhost_context* context() noexcept { return reinterpret_cast<jobhost_context*>(this); }
    // Raises JOBHOST_STOP_ bits.
    void stop(std::uint32_t bits);
    // Raises `bits` as soon as a line that contains `part` is logged.
    void stop_when_logged(std::string part, std::uint32_t bits);
    // Raises `bits` as soon as progress is reported.
    void stop_when_progressing(std::uint32_t bits);

    jobhost_status status = -1;         // what run() returned; -1 while it has not
    std::optional<std::string> result;  // as handed over, whatever the status
    std::string error_code;
    std::string error_message;
    std::string detail;
    std::int64_t snooze_us = 0;
    std::string checkpoint;  // empty: none
    std::map<std::string, std::string, std::less<>> steps;
    std::string scratch_folder;  // its path, as the test has made it; empty: the host has no place for one
    std::vector<std::string> enqueued;             // as handed over
    std::vector<std::string> enqueued_on_success;  // likewise
    jobhost_status answer = JOBHOST_OK;            // to all that asks the host
    std::vector<LogLine> log;
    std::vector<double> progress;

    bool has_logged(std::string_view part) const;
    // The result, parsed. REQUIRES: there is one.
    boost::json::value result_json() const;

private:
    friend struct FakeHostFunctions;

    RunFacts facts_;
    boost::json::value arguments_;
    std::deque<std::string> texts_;  // handed to the plugin; stable until the run is gone
    mutable std::mutex mutex_;
    std::condition_variable stopped_;
    std::uint32_t stop_bits_ = 0;
    std::string stop_at_line_;
    std::uint32_t stop_at_line_bits_ = 0;
    std::uint32_t stop_at_progress_bits_ = 0;
};

// The table of this header's version; `struct_size` may be lowered to play an older host.
const jobhost_host_api& fake_host_api();

// An older host, which has no extensions.
jobhost_host_api host_without_extensions();

// A plugin that is initialised for as long as this lives.
class LoadedPlugin {
public:
    // From a file. Throws std::runtime_error if it is refused.
    explicit LoadedPlugin(const std::filesystem::path& file, const jobhost_host_api& api = fake_host_api());
    // One that is linked into the test.
    explicit LoadedPlugin(jobhost_entry entry, const jobhost_host_api& api = fake_host_api());
    ~LoadedPlugin();
    LoadedPlugin(const LoadedPlugin&) = delete;
    LoadedPlugin& operator=(const LoadedPlugin&) = delete;

    const jobhost_plugin& plugin() const noexcept { return *plugin_; }
    // REQUIRES: the plugin has the type `name`.
    const jobhost_job_type& type(std::string_view name) const;
    // Runs one job on this thread and leaves everything in `run`.
    void run(std::string_view type, FakeRun& run) const;

private:
    void initialise(jobhost_entry entry, const jobhost_host_api& api);

    void* library_ = nullptr;
    const jobhost_plugin* plugin_ = nullptr;
};

inline std::string_view view(jobhost_text text) {
    return {text.data, text.size};
}

}  // namespace jobhost::test
