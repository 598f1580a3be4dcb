// A plugin's code, loaded into this process.
#pragma once

#include "host/worker/protocol.hpp"
#include "host/worker/refusal.hpp"

#include <jobhost/extensions.h>

#include <boost/dll/shared_library.hpp>

#include <stdexcept>
#include <string>

namespace jobhost::worker {

// How a run ended, and which function of the plugin has said so.
struct Ending {
    jobhost_status status = JOBHOST_OK;
    const char* by = "run()";
};

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
    // Makes it ready to run jobs, and asks for its filters. Throws Refusal.
    void init(jobhost_host* host, const jobhost_host_api& api);
    void shutdown() const;

    // REQUIRES: describe() did not throw.
    std::uint32_t type_count() const noexcept { return plugin_->job_type_count; }
    // Of those that init() has found.
    bool has_filters() const noexcept { return filters_ != nullptr; }
    // Upgrades the arguments first, if they are older than the type, and goes through the filters.
    Ending run(std::uint32_t type, jobhost_context* context) const;

private:
    boost::dll::shared_library library_;
    const jobhost_plugin* plugin_ = nullptr;
    const jobhost_filter_api* filters_ = nullptr;  // null: it has none
};

}  // namespace jobhost::worker
