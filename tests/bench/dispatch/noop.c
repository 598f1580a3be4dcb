/* The plugin of dispatch_bench: a job that does nothing. */
#include <jobhost/plugin.h>

JOBHOST_DEFINE_TAG();

static jobhost_status run(const jobhost_job_type* self, jobhost_context* context) {
    (void)self;
    (void)context;
    return JOBHOST_OK;
}

static const jobhost_job_type noop = {
    .struct_size = sizeof(jobhost_job_type),
    .flags = JOBHOST_JOB_IN_PROCESS_OK,
    .name = {"noop", 4},
    .payload_version = 1,
    .run = run,
};
static const jobhost_job_type* const types[] = {&noop};
static const jobhost_plugin plugin = {
    .struct_size = sizeof(jobhost_plugin),
    .abi_major = JOBHOST_ABI_MAJOR,
    .abi_minor = JOBHOST_ABI_MINOR,
    .name = {"bench", 5},
    .version = {"1.0.0", 5},
    .job_type_count = 1,
    .job_types = types,
};

JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api);
const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api) {
    return api->abi_major == JOBHOST_ABI_MAJOR ? &plugin : NULL;
}
