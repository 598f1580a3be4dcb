// What a plugin sees as the opaque jobhost_host and jobhost_context.
#pragma once

#include "host/worker/arguments.hpp"
#include "host/worker/control_socket.hpp"
#include "host/worker/scratch_folder.hpp"
#include "host/worker/shared_page.hpp"

#include <jobhost/plugin.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace jobhost::worker {

struct SavedWork {
    std::string checkpoint;  // JSON; empty: none
    std::map<std::string, std::string, std::less<>> steps;
};

}  // namespace jobhost::worker

// One per loaded plugin.
struct jobhost_host {
    // A line that belongs to no run. [any]
    std::function<void(jobhost::worker::LogLevel level, const std::string& line)> log;
};

// One per worker, used again for each run: a thread that a job left behind and that still calls us then
// touches living memory.
struct jobhost_context {
    jobhost_context(jobhost::worker::ControlSocket& its_control, jobhost::worker::SharedPage& its_page,
                    std::string its_scratch)
        : control{its_control}, page{its_page}, scratch{std::move(its_scratch)} {}

    jobhost::worker::ControlSocket& control;
    jobhost::worker::SharedPage& page;
    jobhost::worker::ScratchFolder scratch;

    std::uint64_t number = 0;
    jobhost::worker::RunMessage run;
    jobhost::worker::Arguments arguments;

    std::mutex mutex;  // of what follows, and of the page's progress
    std::string result;
    std::string error_code;
    std::string error_message;
    std::string detail;
    std::int64_t snooze = 0;  // us; 0: the run has named none

    std::mutex saved_mutex;  // of `saved`; held while it is loaded
    // What earlier runs have left, and the steps of this one; nothing: not asked for yet. What is in it
    // stays where it is until the run ends.
    std::optional<jobhost::worker::SavedWork> saved;

    std::mutex calls_mutex;             // of what follows
    std::int64_t calls = 0;             // that hand in jobs at once, so far
    std::int64_t calls_on_success = 0;  // that hand them in later
    // Those of which nobody knows whether the host did what they ask for, the oldest first.
    std::deque<jobhost::worker::RequestMessage> unanswered;

    // Makes it the context of `order`. [the thread that jobs run on, none runs]
    void begin(jobhost::worker::RunOrder order);
};

namespace jobhost::worker {

// The table that plugins are given. Every function is noexcept.
extern const jobhost_host_api kHostApi;

}  // namespace jobhost::worker
