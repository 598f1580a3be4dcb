// What a plugin sees as the opaque jobhost_host and jobhost_context.
#pragma once

#include "host/worker/arguments.hpp"
#include "host/worker/control_socket.hpp"
#include "host/worker/shared_page.hpp"

#include <jobhost/plugin.h>

#include <mutex>
#include <string>

// One per process.
struct jobhost_host {
    jobhost::worker::ControlSocket& control;
};

// One per process too, used again for each run: a thread that a job left behind and that still calls us then
// touches living memory.
struct jobhost_context {
    jobhost_context(jobhost::worker::ControlSocket& its_control, jobhost::worker::SharedPage& its_page)
        : control{its_control}, page{its_page} {}

    jobhost::worker::ControlSocket& control;
    jobhost::worker::SharedPage& page;

    std::uint64_t number = 0;
    jobhost::worker::RunMessage run;
    jobhost::worker::Arguments arguments;

    std::mutex mutex;  // of what follows, and of the page's progress
    std::string result;
    std::string error_code;
    std::string error_message;
    std::string detail;
    std::int64_t snooze = 0;  // us; 0: the run has named none

    // Makes it the context of `order`. [main thread, no job runs]
    void begin(jobhost::worker::RunOrder order);
};

namespace jobhost::worker {

// The table that plugins are given. Every function is noexcept.
extern const jobhost_host_api kHostApi;

}  // namespace jobhost::worker
