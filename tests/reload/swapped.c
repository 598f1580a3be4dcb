/* clang-format off */
/* A plugin in two versions of one size. Each leaves a file named after itself in TMPDIR as soon as it is loaded. */
#include <jobhost/plugin.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEXT(literal) {literal, sizeof(literal) - 1}

JOBHOST_DEFINE_TAG();

__attribute__((constructor)) static void leave_a_trace(void) {
    const char* const folder = getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/" SWAPPED_VERSION, folder ? folder : "/tmp");
    close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static jobhost_status run(const jobhost_job_type* self, jobhost_context* context) {
    (void)self, (void)context;
    return JOBHOST_OK;
}

static const jobhost_job_type type = {
    sizeof(jobhost_job_type), 0, TEXT("run"), TEXT("for tests"), {NULL, 0}, {NULL, 0}, 1, 0, 0, NULL, run};
static const jobhost_job_type* const types[] = {&type};
static const jobhost_plugin plugin = {
    sizeof(jobhost_plugin), JOBHOST_ABI_MAJOR, JOBHOST_ABI_MINOR, TEXT("swapped"), TEXT(SWAPPED_VERSION),
    sizeof types / sizeof *types, 0, 0, types, NULL, NULL, NULL};

JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api);
const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api) {
    (void)api;
    return &plugin;
}
