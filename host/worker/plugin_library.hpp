// A plugin's code, loaded into this process.
#pragma once

#include "host/worker/protocol.hpp"
#include "host/worker/refusal.hpp"

#include <jobhost/plugin.h>

#include <boost/dll/shared_library.hpp>

#include <stdexcept>
#include <string>

namespace jobhost::worker {

// Under which name the loader knows what is loaded from that descriptor.
std::string library_name(int image);

// Its runs may be in several threads at once; the rest is not thread-safe. A worker's own process ends before
// the library is unloaded.
class PluginLibrary {
public:
    // Loads the image and asks it what it is. Runs foreign code. Throws Refusal.
    PluginLibrary(int image, const jobhost_host_api& api);

    // What it offers, checked. Throws Refusal.
    ReadyMessage describe() const;
    // Throws Refusal.
    void init(jobhost_host* host, const jobhost_host_api& api) const;
    void shutdown() const;

    // REQUIRES: describe() did not throw.
    std::uint32_t type_count() const noexcept { return plugin_->job_type_count; }
    // Upgrades the arguments first, if they are older than the type.
    jobhost_status run(std::uint32_t type, jobhost_context* context) const;

private:
    boost::dll::shared_library library_;
    const jobhost_plugin* plugin_ = nullptr;
};

}  // namespace jobhost::worker
