/* clang-format off */
/* A plugin that tries what a confined worker may and may not do. Its results are numbers: errno, or 0 if it worked. */
#define _GNU_SOURCE
#include <jobhost/extensions.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

JOBHOST_DEFINE_TAG();

static const jobhost_host_api* host;
static jobhost_host* self_host;

#define TEXT(literal) {literal, sizeof(literal) - 1}
#define RUN(name) static jobhost_status run_##name(const jobhost_job_type* self, jobhost_context* context)

static jobhost_text text(const char* value) {
    const jobhost_text borrowed = {value, strlen(value)};
    return borrowed;
}
static jobhost_status say(jobhost_context* context, long number) {
    char json[30];
    snprintf(json, sizeof json, "%ld", number);
    return host->set_result(context, text(json));
}
static void path_of(jobhost_context* context, char* path, size_t size) {
    jobhost_text given = {"", 0};
    host->get_string(context, text("/path"), &given);
    snprintf(path, size, "%.*s", (int)given.size, given.data);
}
static long open_as(jobhost_context* context, int flags) {
    char path[4096];
    path_of(context, path, sizeof path);
    const int file = open(path, flags | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    close(file);
    return 0;
}

RUN(read) { (void)self; return say(context, open_as(context, O_RDONLY)); }
RUN(write) { (void)self; return say(context, open_as(context, O_WRONLY | O_CREAT)); }
RUN(socket) {
    (void)self;
    const int made = socket(AF_INET, SOCK_STREAM, 0);
    if (made < 0) return say(context, errno);
    close(made);
    return say(context, 0);
}
RUN(program) {
    (void)self;
    const pid_t child = fork();
    if (child == 0) {
        char* const words[] = {"/bin/true", NULL};
        execv(words[0], words);
        _exit(errno);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return say(context, WEXITSTATUS(status));
}
RUN(trace) { (void)self; return say(context, ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 ? 0 : errno); }
RUN(namespaces) { (void)self; return say(context, unshare(CLONE_NEWUSER) == 0 ? 0 : errno); }
RUN(signal_host) { (void)self; return say(context, kill(getppid(), 0) == 0 ? 0 : errno); }
RUN(signal_all) { (void)self; return say(context, kill(-1, 0) == 0 ? 0 : errno); }
RUN(signal_self) { (void)self; return say(context, kill(getpid(), 0) == 0 ? 0 : errno); }
RUN(limit_host) {
    (void)self;
    struct rlimit limit = {64, 64};
    struct rlimit now;
    if (prlimit(0, RLIMIT_NOFILE, NULL, &now) != 0) return JOBHOST_FATAL;
    return say(context, prlimit(getppid(), RLIMIT_NOFILE, &limit, NULL) == 0 ? 0 : errno);
}
RUN(change_mode) {
    (void)self;
    char path[4096];
    path_of(context, path, sizeof path);
    return say(context, chmod(path, 0666) == 0 ? 0 : errno);
}
RUN(descriptors) {
    (void)self;
    long count = 0;
    while (count < 100000 && dup(2) >= 0) ++count;
    const int why = errno;
    for (int number = 7; number < 100000; ++number) close(number);
    return why == EMFILE ? say(context, count) : JOBHOST_FATAL;
}
RUN(allocate) {
    (void)self;
    const size_t size = (size_t)1 << 20;
    long count = 0;
    for (char* block; count < 4096 && (block = malloc(size)); ++count) memset(block, 1, size);
    return say(context, count);
}
RUN(leak) {
    (void)self;
    static char* volatile last; /* without it the compiler sees that nobody reads the block */
    last = malloc((size_t)8 << 20);
    if (last) memset(last, 1, (size_t)8 << 20);
    return say(context, (long)getpid());
}
RUN(burn) {
    (void)self;
    int64_t is_deaf = 0;
    if (host->get_integer(context, text("/deaf"), &is_deaf) == JOBHOST_OK && is_deaf) signal(SIGXCPU, SIG_IGN);
    for (volatile int forever = 1; forever;) {}
    return JOBHOST_OK;
}
RUN(nap) { (void)self; usleep(20000); return JOBHOST_OK; }
RUN(scratch) {
    (void)self;
    const jobhost_scratch_api* api = (const jobhost_scratch_api*)host->get_extension(self_host, text(JOBHOST_SCRATCH_ID));
    jobhost_text folder = {NULL, 0}, again = {NULL, 0}, problem = {NULL, 0};
    const jobhost_status status = api->folder(context, &folder, &problem);
    if (status != JOBHOST_OK) return say(context, -status);
    if (api->folder(context, &again, NULL) != JOBHOST_OK || again.data != folder.data) return JOBHOST_FATAL;
    char path[4200], json[4300];
    snprintf(path, sizeof path, "%.*s/file", (int)folder.size, folder.data);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return JOBHOST_FATAL;
    close(file);
    int64_t is_killed = 0;
    if (host->get_integer(context, text("/abort"), &is_killed) == JOBHOST_OK && is_killed) abort();
    snprintf(json, sizeof json, "\"%.*s\"", (int)folder.size, folder.data);
    return host->set_result(context, text(json));
}

#define TYPE(name)                                                                                     \
    static const jobhost_job_type type_##name = {                                                      \
        sizeof(jobhost_job_type), 0, TEXT(#name), {NULL, 0}, {NULL, 0}, {NULL, 0}, 0, 0, 0, NULL, run_##name, 0, 0, NULL}
#define ALL(DO)                                                                                        \
    DO(read) DO(write) DO(socket) DO(program) DO(trace) DO(signal_host) DO(signal_all) DO(signal_self) DO(limit_host) DO(change_mode) DO(namespaces) DO(descriptors) DO(allocate)    \
    DO(leak) DO(burn) DO(nap) DO(scratch)
#define DEFINE(name) TYPE(name);
#define LIST(name) &type_##name,
ALL(DEFINE)
static const jobhost_job_type* const types[] = {ALL(LIST)};

static jobhost_status init(jobhost_host* its_host, const jobhost_host_api* api) {
    self_host = its_host;
    host = api;
    return JOBHOST_OK;
}

static const jobhost_plugin plugin = {
    sizeof(jobhost_plugin), JOBHOST_ABI_MAJOR, JOBHOST_ABI_MINOR, TEXT("reaching"), TEXT("1.0.0"),
    sizeof types / sizeof *types, 0, 0, types, init, NULL, NULL};

JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api);
const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api) {
    (void)api;
    return &plugin;
}
