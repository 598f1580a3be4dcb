// A worker process under test and everything that it told.
#pragma once

#include "host/plugin/worker_process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace jobhost::host {

using namespace std::chrono_literals;

// A copy: the sources may lie where others than us can write.
inline std::filesystem::path test_plugin(const std::string& name) {
    static const test::TemporaryFolder folder;
    const std::filesystem::path copy = folder / (name + ".so");
    std::filesystem::copy_file(std::filesystem::path{JOBHOST_TEST_PLUGINS} / copy.filename(), copy,
                               std::filesystem::copy_options::skip_existing);
    return copy;
}

inline WorkerOptions test_options() {
    WorkerOptions options;
    options.program = JOBHOST_TEST_WORKER;
    return options;
}

struct RecordingObserver : WorkerObserver {
    struct Line {
        std::optional<JobId> job;
        std::string text;
    };
    std::vector<PluginDescription> ready;
    std::vector<std::string> refused;
    std::vector<Line> log;
    std::vector<Line> out;
    std::vector<Line> err;
    std::vector<worker::RequestMessage> requests;
    std::vector<RunResult> finished;
    std::size_t not_begun = 0;
    std::vector<std::string> ended;

    void on_ready(const PluginDescription& plugin) override { ready.push_back(plugin); }
    void on_refused(const std::string& reason, const std::string&) override { refused.push_back(reason); }
    void on_log(std::optional<JobId> job, LogLevel, const std::string& line) override {
        log.push_back({job, line});
    }
    void on_output(std::optional<JobId> job, Stream stream, const std::string& line) override {
        (stream == Stream::out ? out : err).push_back({job, line});
    }
    void on_request(worker::RequestMessage request) override { requests.push_back(std::move(request)); }
    void on_finished(RunResult result) override { finished.push_back(std::move(result)); }
    void on_not_begun(std::size_t count) override { not_begun += count; }
    void on_ended(const std::string& how) override { ended.push_back(how); }
};

enum class Place { process, thread };

// The status of a host that ends because a job in it must not go on.
inline constexpr int kHostEnded = 77;

struct WorkerTest : testing::Test {
    boost::asio::io_context io{1};
    RecordingObserver told;
    std::unique_ptr<ResidentPlugin> resident;  // of threads
    std::vector<bool> stayed;                  // of each that was closed, whether it stays in memory
    std::unique_ptr<WorkerProcess> process;

    virtual Place place() const { return Place::process; }

    // Runs the loop until `holds`; false if that takes longer than anything here may.
    bool wait_until(const std::function<bool()>& holds, std::chrono::seconds most = 20s) {
        const auto deadline = std::chrono::steady_clock::now() + most;
        io.restart();
        while (!holds() && std::chrono::steady_clock::now() < deadline)
            if (io.run_one_until(deadline) == 0) break;
        return holds();
    }
    void start(const WorkerOptions& options = test_options()) {
        if (place() == Place::thread) take_in("jobs");
        if (resident)
            process = std::make_unique<WorkerProcess>(io, *resident, options, told);
        else
            process = std::make_unique<WorkerProcess>(io, PluginImage::open(test_plugin("jobs"), {}), options,
                                                      told);
        ASSERT_TRUE(wait_until([&] { return !told.ready.empty(); })) << testing::PrintToString(told.refused);
    }
    void take_in(const std::string& plugin) {
        resident = std::make_unique<ResidentPlugin>(
            std::make_shared<const PluginImage>(PluginImage::open(test_plugin(plugin), {})),
            ResidentPlugin::Callbacks{
                .log = [](worker::LogLevel, const std::string&) {},
                .closed = [this](bool has_stayed, int) { stayed.push_back(has_stayed); },
                .end_host = [] { ::_exit(kHostEnded); }});
    }
    // With all of its workers.
    void let_go() {
        process.reset();
        resident.reset();
        ASSERT_TRUE(ResidentPlugin::wait_until_closed(20s));
    }
    void TearDown() override { let_go(); }
    static RunRequest request(const std::string& type) {
        RunRequest request;
        request.job = JobId{42};
        request.lease = Lease{7};
        request.attempt = 3;
        request.type = "jobs." + type;
        request.arguments = "{}";
        return request;
    }
    void begin(const std::string& type) { process->run(request(type)); }
    RunResult finish() {
        const std::size_t before = told.finished.size();
        if (!wait_until([&] { return told.finished.size() > before; })) {
            ADD_FAILURE() << "the run does not end";
            return {};
        }
        return told.finished.back();
    }
    RunResult run(const std::string& type) {
        begin(type);
        return finish();
    }
    bool wait_for_end() {
        return wait_until([&] { return !told.ended.empty(); });
    }
};

// What holds wherever the worker is.
struct AnyWorkerTest : WorkerTest, testing::WithParamInterface<Place> {
    Place place() const override { return GetParam(); }
};
inline std::string name_of(const testing::TestParamInfo<Place>& place) {
    return place.param == Place::thread ? "thread" : "process";
}
inline constexpr auto kPlaces = {Place::process, Place::thread};

using How = RunResult::How;

}  // namespace jobhost::host
