// A plugin whose filters break the rule that nothing unwinds into the host.
#include <jobhost/extensions.h>

#include <cstdio>
#include <stdexcept>

namespace {

const jobhost_host_api* host = nullptr;

bool is(jobhost_context* context, const char* name, std::size_t size) {
    std::int32_t found = 0;
    return host->get_boolean(context, {name, size}, &found) == JOBHOST_OK && found != 0;
}

jobhost_status before(jobhost_context* context, const jobhost_job_type*) {
    if (is(context, "/before", 7)) throw std::runtime_error("thrown by before()");
    return JOBHOST_OK;
}
jobhost_status after(jobhost_context* context, const jobhost_job_type*, jobhost_status status) {
    if (is(context, "/after", 6)) throw std::runtime_error("thrown by after()");
    return status;
}
constexpr jobhost_filter_api kFilters{sizeof(jobhost_filter_api), 0, before, after};

constexpr jobhost_job_type kType{sizeof(jobhost_job_type),
                                 0,
                                 {"succeed", 7},
                                 {nullptr, 0},
                                 {nullptr, 0},
                                 {nullptr, 0},
                                 0,
                                 0,
                                 0,
                                 nullptr,
                                 [](const jobhost_job_type*, jobhost_context*) { return JOBHOST_OK; },
                                 0,
                                 0,
                                 nullptr};
constexpr const jobhost_job_type* kTypes[] = {&kType};

constexpr jobhost_plugin kPlugin{sizeof(jobhost_plugin),
                                 JOBHOST_ABI_MAJOR,
                                 JOBHOST_ABI_MINOR,
                                 {"throwing_filter", 15},
                                 {"1.0.0", 5},
                                 1,
                                 0,
                                 0,
                                 kTypes,
                                 [](jobhost_host*, const jobhost_host_api* api) {
                                     host = api;
                                     return JOBHOST_OK;
                                 },
                                 nullptr,
                                 [](jobhost_text) -> const void* { return &kFilters; }};

}  // namespace

JOBHOST_DEFINE_TAG();

extern "C" JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api*);
extern "C" const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api*) {
    return &kPlugin;
}
