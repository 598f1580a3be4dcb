/* clang-format off */
/* A plugin with filters that do what the arguments "before" and "after" say. */
#include <jobhost/extensions.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

JOBHOST_DEFINE_TAG();

static const jobhost_host_api* host;
static jobhost_host* self_host;
static const jobhost_outcome_api* outcome;

#define TEXT(literal) {literal, sizeof(literal) - 1}
#define RUN(name) static jobhost_status run_##name(const jobhost_job_type* self, jobhost_context* context)

static jobhost_text text(const char* value) {
    const jobhost_text borrowed = {value, strlen(value)};
    return borrowed;
}
static void say(jobhost_context* context, const char* line) { host->log(self_host, context, JOBHOST_LOG_INFO, text(line)); }
static int is(jobhost_context* context, const char* pointer, const char* wanted) {
    jobhost_text given = {NULL, 0};
    return host->get_string(context, text(pointer), &given) == JOBHOST_OK && given.size == strlen(wanted) &&
           memcmp(given.data, wanted, given.size) == 0;
}

/* What a filter does whatever else it would. */
static jobhost_status act(jobhost_context* context, const char* pointer, jobhost_status otherwise) {
    if (is(context, pointer, "odd")) return 77;
    if (is(context, pointer, "abort")) abort();
    if (is(context, pointer, "exit")) _exit(0);
    if (is(context, pointer, "hang")) for (;;) pause();
    if (is(context, pointer, "snooze")) {
        outcome->set_snooze(context, INT64_C(90000000));
        return JOBHOST_SNOOZE;
    }
    if (is(context, pointer, "snooze_for_nothing")) return JOBHOST_SNOOZE;
    if (is(context, pointer, "refuse")) {
        host->set_error(context, text("not_allowed"), text("not on a Sunday"));
        return JOBHOST_FATAL;
    }
    if (is(context, pointer, "cancelled")) return JOBHOST_CANCELLED;
    return otherwise;
}
static jobhost_status before(jobhost_context* context, const jobhost_job_type* type) {
    char line[100];
    snprintf(line, sizeof line, "before %.*s", (int)type->name.size, type->name.data);
    say(context, line);
    if (outcome->get_error(context, NULL, NULL) != JOBHOST_NOT_FOUND) return JOBHOST_FATAL;
    return act(context, "/before", JOBHOST_OK);
}
static jobhost_status after(jobhost_context* context, const jobhost_job_type* type, jobhost_status status) {
    char line[200];
    jobhost_text code = TEXT("-"), message = TEXT("-");
    outcome->get_error(context, &code, &message);
    snprintf(line, sizeof line, "after %.*s %d %.*s %.*s", (int)type->name.size, type->name.data, (int)status,
             (int)code.size, code.data, (int)message.size, message.data);
    say(context, line);
    if (is(context, "/after", "forgive")) {
        host->set_result(context, text("\"forgiven\""));
        return JOBHOST_OK;
    }
    return act(context, "/after", status);
}

RUN(succeed) { (void)self; say(context, "run"); return host->set_result(context, text("1")); }
RUN(fail) {
    (void)self;
    host->set_error(context, text("smtp.refused"), text("the server said no"));
    return JOBHOST_FAILED;
}
RUN(odd) { (void)self, (void)context; return 77; }
RUN(upgraded) { (void)self; return host->set_result(context, host->arguments(context)); }
static jobhost_status upgrade(const jobhost_job_type* self, jobhost_context* context, uint32_t from, jobhost_text json,
                              void (*take)(void* to, jobhost_text json), void* to) {
    (void)self, (void)from, (void)json;
    say(context, "upgrade");
    take(to, text("{\"before\": \"refuse\"}"));
    return JOBHOST_OK;
}

#define TYPE(name)                                                                                     \
    static const jobhost_job_type type_##name = {                                                      \
        sizeof(jobhost_job_type), 0, TEXT(#name), {NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0, 0, NULL, run_##name, 0, 0, NULL}
TYPE(succeed);
TYPE(fail);
TYPE(odd);
static const jobhost_job_type type_upgraded = {
    sizeof(jobhost_job_type), 0, TEXT("upgraded"), {NULL, 0}, {NULL, 0}, {NULL, 0}, 2, 0, 0, NULL, run_upgraded, 1, 0, upgrade};
static const jobhost_job_type* const types[] = {&type_succeed, &type_fail, &type_odd, &type_upgraded};

static jobhost_status init(jobhost_host* its_host, const jobhost_host_api* api) {
    self_host = its_host;
    host = api;
    outcome = (const jobhost_outcome_api*)host->get_extension(self_host, text(JOBHOST_OUTCOME_ID));
    return JOBHOST_HAS(outcome, get_error) ? JOBHOST_OK : JOBHOST_FAILED;
}

static const jobhost_filter_api filters = {
    sizeof(jobhost_filter_api), 0,
#ifdef ONLY_AFTER
    NULL,
#else
    before,
#endif
#ifdef ONLY_BEFORE
    NULL
#else
    after
#endif
};
static const void* get_extension(jobhost_text id) {
    return id.size == strlen(JOBHOST_FILTER_ID) && memcmp(id.data, JOBHOST_FILTER_ID, id.size) == 0 ? &filters : NULL;
}

static const jobhost_plugin plugin = {
    sizeof(jobhost_plugin), JOBHOST_ABI_MAJOR, JOBHOST_ABI_MINOR, TEXT("filtered"), TEXT("1.0.0"),
    sizeof types / sizeof *types, 0, 0, types, init, NULL, get_extension};

JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api);
const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api) {
    (void)api, (void)before, (void)after;
    return &plugin;
}
