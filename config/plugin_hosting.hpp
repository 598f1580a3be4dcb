// How the jobs of a plugin are run: in which processes, what those may use and reach, and when they are
// replaced.
#pragma once

#include "storage/model/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace jobhost::config {

enum class Isolation : std::uint8_t {
    process,          // a worker runs one job after the other
    process_per_job,  // each run has a process of its own
    in_process  // threads of the host run the jobs, if their plugin allows it; nothing else here holds then
                // but the limit on output
};

// Of each worker.
struct WorkerLimits {
    std::optional<std::uint64_t> memory;  // bytes of its data
    std::optional<Duration> cpu_time;     // of one run
    std::uint64_t output = std::uint64_t{16}
                           << 20;  // bytes that one run may print, and again that it may log
    int descriptors = 1024;        // files and sockets that are open at the same time
    friend bool operator==(const WorkerLimits&, const WorkerLimits&) = default;
};

enum class SandboxProfile : std::uint8_t {
    none,      // all that the host may do
    standard,  // "default": no more rights than the host, and none of the system calls that jobs have no use
               // for
    strict     // only what is named reaches out of the process
};

struct Sandbox {
    SandboxProfile profile = SandboxProfile::standard;
    // The rest is of the profile `strict` only.
    std::vector<std::filesystem::path> readable;  // beside the libraries and settings of the system
    std::vector<std::filesystem::path> writable;  // beside the scratch folder
    bool network = false;
    bool programs = false;  // may be started
    friend bool operator==(const Sandbox&, const Sandbox&) = default;
};

// When a worker that has ended a run is replaced by a new one.
struct Recycling {
    int runs = 1000;
    Duration age = std::chrono::hours{1};
    std::optional<std::uint64_t> memory_growth = std::uint64_t{256}
                                                 << 20;  // bytes resident, since it was ready
    friend bool operator==(const Recycling&, const Recycling&) = default;
};

struct PluginHosting {
    Isolation isolation = Isolation::process;
    WorkerLimits limits;
    Sandbox sandbox;
    Recycling recycle;
    friend bool operator==(const PluginHosting&, const PluginHosting&) = default;
};

}  // namespace jobhost::config
