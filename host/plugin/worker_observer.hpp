// What one worker has to tell.
#pragma once

#include "host/plugin/plugin_description.hpp"
#include "host/plugin/run_result.hpp"
#include "host/worker/protocol.hpp"

#include <optional>
#include <string>

namespace jobhost::host {

using worker::LogLevel;

enum class Stream { out, err };

// Called on the I/O thread, never from inside the constructor, run(), kill() and the like of WorkerProcess. A
// callback may destroy the WorkerProcess; then no other follows. All texts are valid UTF-8.
class WorkerObserver {
public:
    virtual ~WorkerObserver() = default;

    // Idle and able to run(). Once, unless on_refused() comes.
    virtual void on_ready(const PluginDescription& plugin) = 0;
    // The plugin cannot be used, or its worker could not become ready. At most once; on_ended() follows.
    virtual void on_refused(const std::string& reason, const std::string& remedy) = 0;
    // A line that the plugin logged; no job: it belongs to no run.
    virtual void on_log(std::optional<JobId> job, LogLevel level, const std::string& line) = 0;
    // A line that was printed; no job: while no run was going on.
    virtual void on_output(std::optional<JobId> job, Stream stream, const std::string& line) = 0;
    // The run asks for something. To be answered by WorkerProcess::reply() with the same number, at any time.
    virtual void on_request(worker::RequestMessage request) = 0;
    // The first of the runs that have not ended is over; after all its log and output. For each run() either
    // this comes or on_not_begun().
    virtual void on_finished(RunResult result) = 0;
    // The last `count` runs that were handed over have not begun, and will not.
    virtual void on_not_begun(std::size_t count) = 0;
    // The process has ended and is reaped: "exited with status 0", "killed by SIGSEGV". Once; the last
    // callback.
    virtual void on_ended(const std::string& how) = 0;
};

}  // namespace jobhost::host
