#include "host/worker/plugin_library.hpp"

#include "host/worker/host_call.hpp"
#include "host/worker/json_text.hpp"
#include "host/worker/limits.hpp"
#include "host/worker/plugin_check.hpp"
#include "host/worker/run_context.hpp"

#include <algorithm>
#include <optional>

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

// Its code has run already: that of its statics.
[[noreturn]] void refuse_throwing(const std::string& what) {
    throw Refusal{"the constructor of one of its statics throws: " + what,
                  "catch it there, or do that work in the job that needs it"};
}

// What upgrade() hands over.
struct Upgraded {
    std::optional<std::string> json;
    bool is_too_large = false;
};

void take(void* to, jobhost_text json) noexcept {
    auto& upgraded = *static_cast<Upgraded*>(to);
    upgraded.is_too_large = json.size > kMaxArguments;
    if (upgraded.is_too_large || !is_sound(json)) return;
    guarded([&] {
        upgraded.json.emplace(view(json));
        return JOBHOST_OK;
    });
}

jobhost_status fail(jobhost_context& context, std::string code, std::string message) {
    const std::lock_guard lock{context.mutex};
    context.error_code = std::move(code);
    context.error_message = std::move(message);
    return JOBHOST_FATAL;
}

bool is_object(std::string_view json) {
    const std::size_t first = json.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && json[first] == '{' && is_json(json);
}

jobhost_status upgrade(const jobhost_job_type* type, jobhost_context& context) {
    const std::uint32_t from = context.run.payload_version;
    const std::uint32_t newest = std::max<std::uint32_t>(type->payload_version, 1);
    const bool is_accepted = JOBHOST_HAS(type, accepts_from) && type->accepts_from <= from && from < newest;
    if (!is_accepted || !JOBHOST_HAS(type, upgrade))
        return fail(
            context, "payload_version",
            "the arguments are of version " + std::to_string(from) + ", which this plugin does not take");
    Upgraded upgraded;
    const jobhost_status status =
        type->upgrade(type, &context, from, borrow(context.arguments.text()), &take, &upgraded);
    if (status != JOBHOST_OK) return status;
    if (upgraded.is_too_large || !upgraded.json || !is_object(*upgraded.json))
        return fail(context, "bad_upgrade", "upgrade() did not hand over a JSON object of at most 1 MiB");
    context.arguments.reset(std::move(*upgraded.json));
    return JOBHOST_OK;
}

}  // namespace

std::string library_name(int image) {
    return "/proc/self/fd/" + std::to_string(image);
}

PluginLibrary::PluginLibrary(int image, const jobhost_host_api& api) {
    namespace dll = boost::dll;
    try {
        // Lazy binding would turn a missing symbol into the end of the process at some job's first call.
        library_.load(library_name(image), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    } catch (const dll::fs::system_error& error) {
        throw Refusal{"the loader refuses it: " + loader_words(error.what()),
                      "link everything that it needs, statically or from the system's library folders"};
    } catch (const std::exception& error) {
        refuse_throwing(error.what());
    } catch (...) {
        refuse_throwing("something that is no std::exception");
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

void PluginLibrary::init(jobhost_host* host, const jobhost_host_api& api) {
    const jobhost_status status = JOBHOST_HAS(plugin_, init) ? plugin_->init(host, &api) : JOBHOST_OK;
    if (status != JOBHOST_OK)
        throw Refusal{"its init() failed with status " + std::to_string(status),
                      "see the plugin's log for the cause"};
    if (!JOBHOST_HAS(plugin_, get_extension)) return;
    try {
        filters_ = check_filters(plugin_->get_extension(borrow(JOBHOST_FILTER_ID)));
    } catch (const Refusal&) {
        shutdown();  // as what init() has started would meet the end of the process
        throw;
    }
}

Ending PluginLibrary::run(std::uint32_t type, jobhost_context* context) const {
    const jobhost_job_type* self = plugin_->job_types[type];
    const std::uint32_t newest = std::max<std::uint32_t>(self->payload_version, 1);
    const std::uint32_t given = context->run.payload_version;
    if (given != 0 && given != newest) {
        const jobhost_status status = upgrade(self, *context);
        if (status != JOBHOST_OK) return {status, "upgrade()"};
    }
    if (JOBHOST_HAS(filters_, before)) {
        const jobhost_status status = filters_->before(context, self);
        if (status != JOBHOST_OK) return {status, "before() of its filter"};
    }
    const jobhost_status status = self->run(self, context);
    const jobhost_status last =
        JOBHOST_HAS(filters_, after) ? filters_->after(context, self, status) : status;
    return {last, last == status ? "run()" : "after() of its filter"};
}

void PluginLibrary::shutdown() const {
    if (JOBHOST_HAS(plugin_, shutdown)) plugin_->shutdown();
}

}  // namespace jobhost::worker
