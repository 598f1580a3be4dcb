#include "host/plugin/probe.hpp"

#include "host/plugin/plugin_refused.hpp"
#include "host/plugin/worker_process.hpp"

namespace jobhost::host {
namespace {

// Remembers the answer. What the plugin prints while it loads is of no interest here; a refusal quotes it.
struct Answer final : WorkerObserver {
    WorkerProcess* process = nullptr;
    std::optional<PluginDescription> plugin;
    std::string reason;
    std::string remedy;

    void on_ready(const PluginDescription& its) override {
        plugin = its;
        process->exit();  // so that a shutdown() that hangs is cut short
    }
    void on_refused(const std::string& its_reason, const std::string& its_remedy) override {
        reason = its_reason;
        remedy = its_remedy;
    }
    void on_log(std::optional<JobId>, LogLevel, const std::string&) override {}
    void on_output(std::optional<JobId>, Stream, const std::string&) override {}
    void on_request(worker::RequestMessage) override {}
    void on_finished(RunResult) override {}
    void on_not_begun(std::size_t) override {}
    void on_ended(const std::string&) override {}
};

}  // namespace

PluginDescription probe(const PluginImage& image, const WorkerOptions& options) {
    boost::asio::io_context io{1};
    Answer answer;
    WorkerProcess process{io, image, options, answer, WorkerMode::probe};
    answer.process = &process;
    // Ends when the process is reaped: nothing is left to wait for then.
    io.run();
    if (answer.plugin) return std::move(*answer.plugin);
    // The advice may hold the cause, such as a library path that cannot work.
    for (const std::string& advice : image.report().advice)
        answer.remedy += "; " + advice;
    throw PluginRefused{answer.reason, answer.remedy};
}

}  // namespace jobhost::host
