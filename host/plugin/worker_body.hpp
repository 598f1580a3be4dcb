// What carries a worker: a process of its own, or a thread of this one.
#pragma once

#include "host/plugin/scratch_place.hpp"
#include "host/worker/descriptor.hpp"
#include "host/worker/shared_page.hpp"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

namespace jobhost::host {

struct WorkerEnd {
    std::string how;          // "exited with status 0", "killed by SIGSEGV"
    bool was_killed = false;  // by SIGKILL, whoever sent it
};

// I/O thread only.
class WorkerBody {
public:
    virtual ~WorkerBody() = default;

    virtual int descriptor() const noexcept = 0;  // readable once it has ended; stays the body's
    virtual pid_t pid() const noexcept = 0;       // of the process that it is in

    // kill() costs nothing but this worker.
    virtual bool is_separate() const noexcept = 0;
    // Whatever it is doing ends at once, with all that can be found of what its jobs have started. One that
    // is not separate takes the host along: then this does not return.
    virtual void kill() noexcept = 0;
    // What it does from now on ends by itself at `deadline`, and this process with it if it is not separate.
    // Zero: it does nothing.
    virtual void follow_fence(worker::BootTime deadline) noexcept = 0;
    // How it has ended; blocks until it has.
    virtual WorkerEnd reap() noexcept = 0;
};

// What the host holds of a worker that it has started. The descriptors do not block.
struct StartedWorker {
    std::unique_ptr<WorkerBody> body;
    worker::Descriptor control;
    worker::Descriptor out;  // none: what it prints is not its own
    worker::Descriptor err;
    worker::SharedPage page;
    ScratchPlace scratch;
};

}  // namespace jobhost::host
