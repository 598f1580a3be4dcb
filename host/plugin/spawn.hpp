// Starts the worker program.
#pragma once

#include "host/worker/descriptor.hpp"
#include "host/worker/shared_page.hpp"
#include "storage/model/time.hpp"

#include <sys/types.h>

#include <filesystem>

namespace jobhost::host {

struct WorkerOptions {
    std::filesystem::path program;            // empty: jobhost-worker beside this program
    std::filesystem::path working_directory;  // of the jobs; empty: the host's
    int lock_descriptor = -1;  // the host's flock'ed file, which each worker holds too; -1: none
    Duration start_timeout = std::chrono::seconds{10};  // from spawn to ready, and from exit() to the end
};

enum class WorkerMode { serve, probe };  // probe: says whether the plugin loads, and ends

struct SpawnedWorker {
    pid_t pid;
    worker::Descriptor process;  // pidfd
    worker::Descriptor control;  // this and the pipes do not block
    worker::Descriptor out;
    worker::Descriptor err;
    worker::SharedPage page;
};

// A child in its own process group, with a minimal environment and no descriptor but those that it needs. It
// dies with the calling *thread* (PR_SET_PDEATHSIG), which therefore must live on. REQUIRES: SIGCHLD is not
// ignored. Throws std::system_error.
SpawnedWorker spawn_worker(const WorkerOptions& options, int image, WorkerMode mode);

}  // namespace jobhost::host
