/* A plugin in C99: what an author writes who wants nothing but the ABI. */
#include <jobhost/plugin.h>

#define TEXT(literal) \
    { literal, sizeof(literal) - 1 }

static jobhost_host* host;
static const jobhost_host_api* api;

static jobhost_text text(const char* data, size_t size) {
    jobhost_text made;
    made.data = data;
    made.size = size;
    return made;
}

/* Doubles "/number"; fails without one. */
static jobhost_status double_it(const jobhost_job_type* self, jobhost_context* context) {
    int64_t number = 0;
    int64_t rest;
    char digits[24];
    size_t first = sizeof digits;
    (void)self;
    if (api->get_integer(context, text("/number", 7), &number) != JOBHOST_OK || number < 0 || number > 1000) {
        api->set_error(context, text("bad_number", 10), text("/number must be 0 to 1000", 25));
        return JOBHOST_BAD_ARGUMENTS;
    }
    rest = 2 * number;
    do {
        digits[--first] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    api->log(host, context, JOBHOST_LOG_INFO, text("doubled", 7));
    /* An older host may lack these. */
    if (JOBHOST_HAS(api, progress)) api->progress(context, 0.5, text("half", 4));
    if (JOBHOST_HAS(api, set_result)) api->set_result(context, text(digits + first, sizeof digits - first));
    return JOBHOST_OK;
}

static jobhost_status init(jobhost_host* given_host, const jobhost_host_api* given_api) {
    host = given_host;
    api = given_api;
    return JOBHOST_OK;
}

static const jobhost_job_type kDouble = {sizeof(jobhost_job_type),
                                         JOBHOST_JOB_IDEMPOTENT,
                                         TEXT("double"),
                                         TEXT("Doubles a number"),
                                         {0, 0},
                                         {0, 0},
                                         1,
                                         0,
                                         0,
                                         NULL,
                                         &double_it};
static const jobhost_job_type* const kTypes[] = {&kDouble};
static const jobhost_plugin kPlugin = {sizeof(jobhost_plugin),
                                       JOBHOST_ABI_MAJOR,
                                       JOBHOST_ABI_MINOR,
                                       TEXT("in_c"),
                                       TEXT("1.0.0"),
                                       1,
                                       0,
                                       0,
                                       kTypes,
                                       &init,
                                       NULL,
                                       NULL};

JOBHOST_DEFINE_TAG();

JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* given_api);
const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* given_api) {
    return given_api->abi_major == JOBHOST_ABI_MAJOR ? &kPlugin : NULL;
}
