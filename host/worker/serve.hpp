// The runs of one worker, one after the other.
#pragma once

#include "host/worker/control_socket.hpp"
#include "host/worker/plugin_library.hpp"
#include "host/worker/run_context.hpp"

namespace jobhost::worker {

// What a worker does around each run beside running it. Nothing here: the process may be the host's.
class AroundRuns {
public:
    virtual ~AroundRuns() = default;
    // `is_queued`: it was handed over while another run was under way.
    virtual void begin(std::uint64_t /*run*/, bool /*is_queued*/) {}
    // Before the host hears of it.
    virtual void end() noexcept {}
    // The worker can run nothing more.
    virtual bool is_spent() const noexcept { return false; }
};

// Runs what the host orders until it asks the worker to end, or the socket is lost. Throws ProtocolError if
// the host orders what `library` has not. [the thread that jobs run on]
void serve(const PluginLibrary& library, jobhost_context& context, AroundRuns& around);

}  // namespace jobhost::worker
