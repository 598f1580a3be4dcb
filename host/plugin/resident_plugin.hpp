// A plugin that lives in this process: no boundary keeps what its jobs do away from the host.
#pragma once

#include "host/plugin/image.hpp"
#include "host/plugin/worker_body.hpp"
#include "host/worker/protocol.hpp"
#include "storage/model/time.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace jobhost::host {

// One generation: its library, loaded once, and the threads that run its jobs. All of its code runs in these
// threads, never in one of the host's, and each has been joined when the library is closed: whatever a thread
// of the host had touched in it could keep it in memory for ever.
class ResidentPlugin {
public:
    struct Callbacks {
        // A line that belongs to no run. [any thread]
        std::function<void(worker::LogLevel level, const std::string& line)> log;
        // The library is closed; it may have stayed in memory all the same, as `left` of all those do that
        // this process had. [any thread]
        std::function<void(bool has_stayed, int left)> closed;
        // A job must not go on, and nothing less than the end of this process ends it. Does not return. [I/O
        // thread]
        std::function<void()> end_host;
    };

    ResidentPlugin(std::shared_ptr<const PluginImage> image, Callbacks callbacks);
    // Does not block. When its last thread has ended, shutdown() is called and the library is closed.
    ~ResidentPlugin();
    ResidentPlugin(const ResidentPlugin&) = delete;

    // A thread with a worker's code, which loads the library if it is the first. It makes its scratch folder
    // in `scratch`; empty: it has none. Throws std::system_error. [I/O thread]
    StartedWorker start_worker(const std::filesystem::path& scratch);

    // Blocks until all that this process had are closed. False: some code of theirs does not return, and this
    // process cannot end in order. REQUIRES: all are destroyed. [any thread]
    static bool wait_until_closed(Duration most);

private:
    class Residence;
    const std::shared_ptr<Residence> residence_;  // shared with its threads
};

}  // namespace jobhost::host
