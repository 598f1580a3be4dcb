/* clang-format off */
/* The plugin that the tests of workers run: one job type for each thing that a job may do. */
#include <jobhost/extensions.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

int usleep(unsigned microseconds);
pid_t setsid(void);

JOBHOST_DEFINE_TAG();

static const jobhost_host_api* host;
static jobhost_host* self_host;

#define TEXT(literal) {literal, sizeof(literal) - 1}
#define RUN(name) static jobhost_status run_##name(const jobhost_job_type* self, jobhost_context* context)
#define UNUSED (void)self, (void)context

static jobhost_text text(const char* value) {
    const jobhost_text borrowed = {value, strlen(value)};
    return borrowed;
}

RUN(succeed) { UNUSED; return JOBHOST_OK; }
RUN(echo) { UNUSED; return host->set_result(context, host->arguments(context)); }
RUN(fail) {
    UNUSED;
    host->set_error(context, text("smtp.refused"), text("the server said no"));
    return JOBHOST_FAILED;
}
static const jobhost_outcome_api* outcome(void) {
    return (const jobhost_outcome_api*)host->get_extension(self_host, text(JOBHOST_OUTCOME_ID));
}
RUN(fail_in_detail) {
    UNUSED;
    outcome()->set_detail(context, text("at line 7 \xff"));
    return JOBHOST_FAILED;
}
RUN(snooze) { UNUSED; outcome()->set_snooze(context, INT64_C(90000000)); return JOBHOST_SNOOZE; }
RUN(snooze_without_delay) {
    UNUSED;
    if (outcome()->set_snooze(context, 0) != JOBHOST_INVALID) return JOBHOST_FATAL;
    if (outcome()->set_snooze(context, INT64_C(31536000000001)) != JOBHOST_INVALID) return JOBHOST_FATAL;
    return JOBHOST_SNOOZE;
}
/* Says "status: what came back" as its result. */
static jobhost_status say(jobhost_context* context, jobhost_status status, jobhost_text came) {
    char json[2000];
    snprintf(json, sizeof json, "\"%d: %.*s\"", (int)status, (int)came.size, came.data);
    return host->set_result(context, text(json));
}
RUN(enqueue) {
    UNUSED;
    const jobhost_enqueue_api* api = (const jobhost_enqueue_api*)host->get_extension(self_host, text(JOBHOST_ENQUEUE_ID));
    jobhost_text came = {NULL, 0};
    const jobhost_status status = api->enqueue(context, host->arguments(context), NULL, &came);
    return say(context, status, came);
}
RUN(enqueue_thrice) {
    UNUSED;
    const jobhost_enqueue_api* api = (const jobhost_enqueue_api*)host->get_extension(self_host, text(JOBHOST_ENQUEUE_ID));
    const jobhost_text arguments = host->arguments(context);
    jobhost_text ids = {NULL, 0};
    const jobhost_status first = api->enqueue(context, arguments, NULL, NULL);
    if (first != JOBHOST_UNAVAILABLE && first != JOBHOST_FAILED) return JOBHOST_FATAL;
    if (api->enqueue(context, arguments, NULL, NULL) != JOBHOST_OK) return JOBHOST_FATAL;
    if (api->enqueue(context, arguments, &ids, NULL) != JOBHOST_OK) return JOBHOST_FATAL;
    return host->set_result(context, ids);
}
RUN(steps) {
    UNUSED;
    const jobhost_step_api* api = (const jobhost_step_api*)host->get_extension(self_host, text(JOBHOST_STEP_ID));
    jobhost_text came = {NULL, 0};
    if (api->complete(context, text("jobhost.own"), text("1"), NULL) != JOBHOST_INVALID) return JOBHOST_FATAL;
    if (api->complete(context, text(""), text("1"), NULL) != JOBHOST_INVALID) return JOBHOST_FATAL;
    if (api->complete(context, text("c"), text("{"), NULL) != JOBHOST_INVALID) return JOBHOST_FATAL;
    const jobhost_status status = api->complete(context, text("c"), text("3"), &came);
    if (status != JOBHOST_OK) return say(context, status, came);
    if (api->complete(context, text("c"), text("4"), NULL) != JOBHOST_OK) return JOBHOST_FATAL;
    if (api->find(context, text("c"), &came, NULL) != JOBHOST_OK || came.data[0] != '3') return JOBHOST_FATAL;
    if (api->find(context, text("d"), &came, NULL) != JOBHOST_NOT_FOUND) return JOBHOST_FATAL;
    return say(context, api->find(context, text("b"), &came, NULL), came);
}
RUN(checkpoint) {
    UNUSED;
    const jobhost_checkpoint_api* api = (const jobhost_checkpoint_api*)host->get_extension(self_host, text(JOBHOST_CHECKPOINT_ID));
    jobhost_text came = {NULL, 0};
    const jobhost_text large = {calloc(1, (1 << 20) + 1), (1 << 20) + 1};
    if (api->save(context, large, NULL) != JOBHOST_LIMIT) return JOBHOST_FATAL;
    if (api->save(context, text("[7]"), &came) != JOBHOST_OK) return JOBHOST_FATAL;
    return say(context, api->load(context, &came, NULL), came);
}
RUN(parents) {
    UNUSED;
    const jobhost_parents_api* api = (const jobhost_parents_api*)host->get_extension(self_host, text(JOBHOST_PARENTS_ID));
    char seen[1000];
    int size = 0;
    for (uint32_t i = 0; i < api->count(context); ++i) {
        jobhost_parent parent = {sizeof parent, 0, 0, {NULL, 0}, {NULL, 0}};
        if (api->get(context, i, &parent) != JOBHOST_OK) return JOBHOST_FATAL;
        size += snprintf(seen + size, sizeof seen - (size_t)size, "%lld %u %.*s %.*s;", (long long)parent.id, parent.flags,
                         (int)parent.on.size, parent.on.data, (int)(parent.result.size < 9 ? parent.result.size : 9),
                         parent.result.data);
    }
    jobhost_parent shorter = {8, 0, -1, {NULL, 0}, {NULL, 0}};
    if (api->get(context, 0, &shorter) != JOBHOST_OK || shorter.id != -1) return JOBHOST_FATAL;
    if (api->get(context, api->count(context), &shorter) != JOBHOST_NOT_FOUND) return JOBHOST_FATAL;
    const jobhost_text all = {seen, (size_t)size};
    return say(context, 0, all);
}
static jobhost_status upgrade(const jobhost_job_type* self, jobhost_context* context, uint32_t from, jobhost_text json,
                              void (*take)(void* to, jobhost_text json), void* to) {
    UNUSED;
    char newer[100];
    if (from == 2) return JOBHOST_OK; /* hands nothing over */
    if (json.size != 2) return JOBHOST_BAD_ARGUMENTS;
    snprintf(newer, sizeof newer, "{\"from\": %u}", from);
    take(to, text(newer));
    return JOBHOST_OK;
}
RUN(upgraded) { UNUSED; return host->set_result(context, host->arguments(context)); }
RUN(fatal) { UNUSED; return JOBHOST_FATAL; }
RUN(bad_arguments) { UNUSED; return JOBHOST_BAD_ARGUMENTS; }
RUN(odd_status) { UNUSED; return 77; }
RUN(lonely_cancel) { UNUSED; return JOBHOST_CANCELLED; }
RUN(crash) { UNUSED; signal(SIGSEGV, SIG_DFL); raise(SIGSEGV); return JOBHOST_OK; }
RUN(abort) { UNUSED; fputs("about to abort\n", stderr); abort(); }
RUN(exit_zero) { UNUSED; _exit(0); }
RUN(exit_three) { UNUSED; exit(3); }
RUN(spin) { UNUSED; for (volatile int forever = 1; forever;) {} return JOBHOST_OK; }
RUN(say_and_spin) { UNUSED; puts("now"); for (volatile int forever = 1; forever;) {} return JOBHOST_OK; }
RUN(polite) {
    UNUSED;
    const uint32_t bits = host->wait_for_stop(context, INT64_C(60000000));
    return (bits & JOBHOST_STOP_CANCEL) ? JOBHOST_CANCELLED : (bits ? JOBHOST_YIELDED : JOBHOST_FAILED);
}
RUN(print_mark) { /* what a worker writes between two runs, of run number 2 and of one that there is not */
    UNUSED;
    static const char mark[] = "\0\x1e/jobhost/run/0000000000000002\n\0\x1e/jobhost/run/00000000000000ff\n\0\x1e/jobhost/run/none";
    fwrite(mark, 1, sizeof mark - 1, stdout);
    return JOBHOST_OK;
}
RUN(print_much) {
    UNUSED;
    for (int i = 0; i < 9000; ++i) puts("a line of twenty byte");
    return JOBHOST_OK;
}
RUN(move_output) {
    UNUSED;
    const int nowhere = open("/dev/null", O_WRONLY);
    return dup2(nowhere, 1) == 1 ? JOBHOST_OK : JOBHOST_FATAL;
}
RUN(hang_at_times) {
    UNUSED;
    int32_t hangs = 0;
    if (host->get_boolean(context, text("/hang"), &hangs) != JOBHOST_OK || !hangs) return JOBHOST_OK;
    host->wait_for_stop(context, INT64_C(60000000));
    return JOBHOST_CANCELLED;
}
RUN(unlock) { UNUSED; return flock(6, LOCK_UN) == 0 ? JOBHOST_OK : JOBHOST_FATAL; }
RUN(print) {
    UNUSED;
    printf("out of %lld\n", (long long)host->job_id(context));
    fprintf(stderr, "err of %lld\n", (long long)host->job_id(context));
    printf("no end of line, \xff");
    return JOBHOST_OK;
}
RUN(flood) { UNUSED; for (int i = 0; i < 200000; ++i) printf("line %d of a flood\n", i); return JOBHOST_OK; }
RUN(flood_log) {
    UNUSED;
    for (int i = 0; i < 30000; ++i) host->log(self_host, context, JOBHOST_LOG_WARNING, text("a line of a flood"));
    return JOBHOST_OK;
}
RUN(flood_for_ever) { UNUSED; for (;;) puts("a line of an endless flood"); return JOBHOST_OK; }
RUN(log) {
    UNUSED;
    host->log(self_host, context, JOBHOST_LOG_INFO, text("first"));
    host->log(self_host, context, JOBHOST_LOG_WARNING, text("bad byte \xff"));
    host->log(self_host, NULL, JOBHOST_LOG_ERROR, text("of the plugin"));
    return JOBHOST_OK;
}
RUN(progress) {
    UNUSED;
    host->progress(context, 0.25, text("a quarter"));
    host->wait_for_stop(context, INT64_C(60000000));
    return JOBHOST_CANCELLED;
}
RUN(close_socket) { UNUSED; close(3); for (;;) usleep(10000); return JOBHOST_OK; }
RUN(write_rubbish) { UNUSED; if (write(3, "this is no message, but 16 bytes", 32) < 0) return JOBHOST_FAILED; for (;;) usleep(10000); return JOBHOST_OK; }
RUN(close_output) { UNUSED; close(1); return JOBHOST_OK; }
RUN(daemon) { /* a grandchild that keeps the pipes and leaves the group */
    UNUSED;
    puts("before the daemon");
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        setsid();
        close(3), close(4), close(5), close(6);
        sleep(20);
        _exit(0);
    }
    return child > 0 ? JOBHOST_OK : JOBHOST_FAILED;
}
RUN(shrink_page) { UNUSED; return ftruncate(5, 0) == 0 ? JOBHOST_FATAL : JOBHOST_OK; }
RUN(where) { /* its folder and the secret that it must not see */
    UNUSED;
    char folder[1000], json[1300];
    if (!getcwd(folder, sizeof folder)) return JOBHOST_FAILED;
    snprintf(json, sizeof json, "[\"%s\", %s, %d]", folder, getenv("JOBHOST_TEST_SECRET") ? "true" : "false", (int)getpgrp() == (int)getpid());
    return host->set_result(context, text(json));
}
static int inits;
RUN(inits) { /* of this copy of the library */
    UNUSED;
    char json[30];
    snprintf(json, sizeof json, "%d", inits);
    return host->set_result(context, text(json));
}
RUN(process) {
    UNUSED;
    char json[30];
    snprintf(json, sizeof json, "%d", (int)getpid());
    return host->set_result(context, text(json));
}
RUN(spawn_descriptors) { /* what a program that a job starts finds open */
    UNUSED;
    return system("ls /proc/self/fd | tr '\\n' ' '") == 0 ? JOBHOST_OK : JOBHOST_FAILED;
}

static int failures;
static void expect(int holds, const char* what) {
    if (!holds) fprintf(stderr, "not so: %s\n", what), ++failures;
}
#define EXPECT(condition) expect(condition, #condition)
static int is(jobhost_text got, const char* wanted) {
    return got.size == strlen(wanted) && memcmp(got.data, wanted, got.size) == 0;
}

/* Checks every function of the host's table; see the arguments in the test that runs it. */
RUN(host_table) {
    UNUSED;
    int64_t integer = -1;
    double number = -1;
    int32_t boolean = -1;
    uint32_t size = 99;
    jobhost_text got = {NULL, 0};
    failures = 0;
    EXPECT(host->job_id(context) == 42 && host->lease(context) == 7 && host->attempt(context) == 3);
    EXPECT(host->scheduled_at(context) == 1000000);
    EXPECT(is(host->idempotency_key(context), "key-42") && is(host->definition(context), "nightly"));
    EXPECT(host->get_integer(context, text("/width"), &integer) == JOBHOST_OK && integer == 800);
    EXPECT(host->get_integer(context, text("/whole"), &integer) == JOBHOST_OK && integer == 1000);
    EXPECT(host->get_integer(context, text("/half"), &integer) == JOBHOST_WRONG_TYPE && integer == 1000);
    EXPECT(host->get_integer(context, text("/huge"), &integer) == JOBHOST_WRONG_TYPE);
    EXPECT(host->get_integer(context, text("/absent"), &integer) == JOBHOST_NOT_FOUND);
    EXPECT(host->get_integer(context, text("/nothing"), &integer) == JOBHOST_NOT_FOUND);
    EXPECT(host->get_integer(context, text("width"), &integer) == JOBHOST_INVALID);
    EXPECT(host->get_integer(context, text("/width"), NULL) == JOBHOST_INVALID);
    EXPECT(host->get_number(context, text("/half"), &number) == JOBHOST_OK && number == 0.5);
    EXPECT(host->get_number(context, text("/width"), &number) == JOBHOST_OK && number == 800);
    EXPECT(host->get_number(context, text("/name"), &number) == JOBHOST_WRONG_TYPE);
    EXPECT(host->get_boolean(context, text("/yes"), &boolean) == JOBHOST_OK && boolean == 1);
    EXPECT(host->get_string(context, text("/name"), &got) == JOBHOST_OK && is(got, "caf\xc3\xa9"));
    EXPECT(host->get_string(context, text("/tags/1"), &got) == JOBHOST_OK && is(got, "b"));
    EXPECT(host->get_string(context, text("/tags/2"), &got) == JOBHOST_NOT_FOUND);
    EXPECT(host->get_string(context, text("/a~1b"), &got) == JOBHOST_OK && is(got, "slash"));
    EXPECT(host->get_size(context, text("/tags"), &size) == JOBHOST_OK && size == 2);
    EXPECT(host->get_size(context, text(""), &size) == JOBHOST_OK && size == 10);
    EXPECT(host->get_size(context, text("/name"), &size) == JOBHOST_WRONG_TYPE);
    EXPECT(host->get_json(context, text("/tags"), &got) == JOBHOST_OK && is(got, "[\"a\",\"b\"]"));
    EXPECT(host->get_name(context, text(""), 1, &got) == JOBHOST_OK && is(got, "whole"));
    EXPECT(host->get_name(context, text(""), 10, &got) == JOBHOST_NOT_FOUND);
    EXPECT(host->progress(context, 2.0, text("more than all")) == JOBHOST_OK);
    EXPECT(host->stop_requested(context) == 0 && host->wait_for_stop(context, 1000) == 0);
    EXPECT(host->set_result(context, text("{not JSON")) == JOBHOST_INVALID);
    const jobhost_text large = {calloc(1, 65537), 65537};
    EXPECT(large.data && host->set_result(context, large) == JOBHOST_LIMIT);
    EXPECT(host->set_error(context, large, text("")) == JOBHOST_LIMIT);
    EXPECT(host->set_result(context, text(" {\"ok\": true} ")) == JOBHOST_OK);
    EXPECT(host->get_extension(self_host, text("jobhost.nothing/1")) == NULL);
    return failures ? JOBHOST_FATAL : JOBHOST_OK;
}

#define TYPE(name)                                                                                    \
    static const jobhost_job_type type_##name = {                                                     \
        sizeof(jobhost_job_type), JOBHOST_JOB_IDEMPOTENT, TEXT(#name), TEXT("for tests"),             \
        TEXT("{\"type\": \"object\"}"), {NULL, 0}, 0, 0, INT64_C(2000000), NULL, run_##name, 0, 0, NULL}
static const jobhost_job_type type_upgraded = {
    sizeof(jobhost_job_type), 0, TEXT("upgraded"), {NULL, 0}, {NULL, 0}, {NULL, 0}, 3, 0, 0, NULL, run_upgraded, 1, 0, upgrade};
#define ALL(DO)                                                                                       \
    DO(succeed) DO(echo) DO(fail) DO(fail_in_detail) DO(snooze) DO(snooze_without_delay) DO(enqueue) DO(enqueue_thrice) DO(steps) DO(checkpoint) DO(parents) DO(fatal) DO(bad_arguments) DO(odd_status) DO(lonely_cancel)        \
    DO(crash) DO(abort) DO(exit_zero) DO(exit_three) DO(spin) DO(say_and_spin) DO(polite) DO(print) DO(hang_at_times) DO(unlock) DO(move_output) DO(print_mark) DO(print_much) DO(flood)          \
    DO(flood_log) DO(flood_for_ever) DO(log) DO(progress) DO(close_socket) DO(close_output) DO(write_rubbish)          \
    DO(daemon) DO(shrink_page) DO(where) DO(process) DO(inits) DO(spawn_descriptors) DO(host_table)
#define DEFINE(name) TYPE(name);
#define LIST(name) &type_##name,
ALL(DEFINE)
static const jobhost_job_type* const types[] = {ALL(LIST) &type_upgraded};

static jobhost_status init(jobhost_host* its_host, const jobhost_host_api* api) {
    ++inits;
    self_host = its_host;
    host = api;
    return JOBHOST_OK;
}
static void shut_down(void) { puts("shut down"); }

static const jobhost_plugin plugin = {
    sizeof(jobhost_plugin), JOBHOST_ABI_MAJOR, JOBHOST_ABI_MINOR, TEXT("jobs"), TEXT("1.2.3"),
    sizeof types / sizeof *types, 0, 0, types, init, shut_down, NULL};

JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api);
const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api) {
    (void)api;
    return &plugin;
}
