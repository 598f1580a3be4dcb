#include "host/worker/plugin_library.hpp"

#include "host/worker/plugin_check.hpp"

namespace jobhost::worker {
namespace {

// Boost.DLL's own text says "Bad file descriptor" for everything; the loader's words stand in brackets behind
// it.
std::string loader_words(const std::string& text) {
    constexpr std::string_view kBefore = "(dlerror system message: ";
    const std::size_t begin = text.find(kBefore);
    const std::size_t end = text.rfind(')');
    if (begin == std::string::npos || end == std::string::npos) return text;
    const std::size_t start = begin + kBefore.size();
    return text.substr(start, end - start);
}

}  // namespace

PluginLibrary::PluginLibrary(int image, const jobhost_host_api& api) {
    namespace dll = boost::dll;
    try {
        // Lazy binding would turn a missing symbol into the end of the process at some job's first call.
        library_.load("/proc/self/fd/" + std::to_string(image),
                      dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    } catch (const std::exception& error) {
        throw Refusal{"the loader refuses it: " + loader_words(error.what()),
                      "link everything that it needs, statically or from the system's library folders"};
    }
    if (!library_.has(JOBHOST_ENTRY_SYMBOL))
        throw Refusal{"it does not export " JOBHOST_ENTRY_SYMBOL, "export that function with C linkage"};
    const jobhost_entry entry =
        library_.get<const jobhost_plugin*(const jobhost_host_api*)>(JOBHOST_ENTRY_SYMBOL);
    plugin_ = entry(&api);
    if (!plugin_)
        throw Refusal{"its entry function says that it cannot work with this host",
                      "see its log above, or use a version made for this host"};
}

ReadyMessage PluginLibrary::describe() const {
    return check_plugin(*plugin_);
}

void PluginLibrary::init(jobhost_host* host, const jobhost_host_api& api) const {
    if (!JOBHOST_HAS(plugin_, init)) return;
    const jobhost_status status = plugin_->init(host, &api);
    if (status != JOBHOST_OK)
        throw Refusal{"its init() failed with status " + std::to_string(status),
                      "see the plugin's log for the cause"};
}

void PluginLibrary::shutdown() const {
    if (JOBHOST_HAS(plugin_, shutdown)) plugin_->shutdown();
}

}  // namespace jobhost::worker
