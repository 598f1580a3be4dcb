// Starts the worker program.
#pragma once

#include "config/plugin_hosting.hpp"
#include "host/plugin/worker_body.hpp"
#include "storage/model/time.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace jobhost::host {

struct WorkerOptions {
    std::filesystem::path program;            // empty: jobhost-worker beside this program
    std::filesystem::path working_directory;  // of the jobs; empty: the host's
    int lock_descriptor = -1;  // the host's file with a shared flock, which each worker gets, too; -1: none
    Duration start_timeout = std::chrono::seconds{10};  // from spawn to ready, and from exit() to the end
    std::filesystem::path scratch;  // where the folders of workers are made; empty: they have none
    std::filesystem::path group;    // where the control groups of workers are made; empty: they have none
    config::PluginHosting hosting;
    std::map<std::string, config::PluginHosting> overrides;  // by a file's name without .so

    // For workers of that plugin.
    WorkerOptions of(const std::filesystem::path& file) const;
};

enum class WorkerMode { serve, probe };  // probe: says whether the plugin loads, and ends

// A child in its own process group, with a minimal environment and no descriptor but those that it needs. It
// dies with the calling *thread* (PR_SET_PDEATHSIG), which therefore must live on. REQUIRES: SIGCHLD is not
// ignored. Throws std::system_error.
StartedWorker spawn_worker(const WorkerOptions& options, int image, WorkerMode mode);

}  // namespace jobhost::host
