// One worker, as the host sees it: a process, or a thread of this one.
#pragma once

#include "host/plugin/image.hpp"
#include "host/plugin/resident_plugin.hpp"
#include "host/plugin/spawn.hpp"
#include "host/plugin/worker_observer.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace jobhost::host {

class WorkerChild;

// Every call belongs on the thread that runs `io`, which must live as long as the worker.
class WorkerProcess {
public:
    // Starts the process; what comes of it is told to `observer`. Both `io` and `observer` outlive this; the
    // image need not. Throws std::system_error if the program cannot be started.
    WorkerProcess(boost::asio::io_context& io, const PluginImage& image, const WorkerOptions& options,
                  WorkerObserver& observer, WorkerMode mode = WorkerMode::serve);
    // A thread of `resident`, which loads the library if it is the first; it has no boundary and no limits.
    WorkerProcess(boost::asio::io_context& io, ResidentPlugin& resident, const WorkerOptions& options,
                  WorkerObserver& observer);
    // Kills the process with its group and reaps it. A thread is asked to end; if it has a run, which must
    // not go on, the host ends. No callback comes any more.
    ~WorkerProcess();
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;

    // Ready and without a run. A worker whose job closed stdout or stderr is not idle again: it ends by
    // itself.
    bool is_idle() const noexcept;
    // run() may be called: it is ready, and has less than worker::kMaxRunsOfWorker runs.
    bool has_room() const noexcept;

    // Runs one job, after those that it has: one at a time. REQUIRES: has_room(). Throws
    // std::invalid_argument, and changes nothing, if the plugin has no such type or a text is longer than
    // worker/limits.hpp allows.
    void run(const RunRequest& request);
    // Runs that have not begun come back by on_not_begun(), unless they begin meanwhile.
    void recall();
    // Answers a request of the present run. One that is not open any more is not answered.
    void reply(const worker::ReplyMessage& message);
    // Raises JOBHOST_STOP_ bits for the present run, the first of those that have not ended; without one it
    // does nothing.
    void ask_to_stop(std::uint32_t bits);
    // kill() costs nothing but this worker: it has a process of its own.
    bool is_separate() const noexcept;
    // Kills the process and its group. A present run ends as crashed, with was_killed. A thread that has a
    // run takes the host along; without one it is asked to end.
    void kill();
    // Asks it to end: a process shuts the plugin down, and is killed if that takes longer than start_timeout.
    // REQUIRES: no run.
    void exit();
    // The worker kills itself unless this is called again with a later instant before `deadline`; a thread
    // does so with the host, and only while it has a run. Zero: no fence. Set the first one before run().
    void set_fence(worker::BootTime deadline) noexcept;
    // The fence has passed at some time: the end of the process is not its own fault.
    bool was_fenced() const noexcept;

    // Of the present run, or else of the last one; nothing: it told none.
    std::optional<worker::Progress> progress() const;
    pid_t pid() const noexcept;

private:
    std::shared_ptr<WorkerChild> child_;  // shared with the handlers that Asio holds
};

}  // namespace jobhost::host
