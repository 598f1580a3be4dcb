/* clang-format off */
/* Plugins that must be refused; FLAW_... says what is wrong with this one. */
#include <jobhost/extensions.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT(literal) {literal, sizeof(literal) - 1}

#ifdef FLAW_OTHER_MAJOR
JOBHOST_EXPORT const jobhost_abi_tag jobhost_tag;
const jobhost_abi_tag jobhost_tag = {JOBHOST_TAG_MAGIC, 9, 0, sizeof(void*), 1, 0, 0, 0, 0, 0, {0}};
#elif defined(FLAW_NEWER_MINOR)
JOBHOST_EXPORT const jobhost_abi_tag jobhost_tag;
const jobhost_abi_tag jobhost_tag = {JOBHOST_TAG_MAGIC, JOBHOST_ABI_MAJOR, 99, sizeof(void*), 1, 0, 0, 900, 900, 900, {0}};
#elif !defined(FLAW_NO_TAG)
JOBHOST_DEFINE_TAG();
#endif

#if defined(FLAW_CONSTRUCTOR_CRASHES) || defined(FLAW_CONSTRUCTOR_EXITS) || defined(FLAW_CONSTRUCTOR_HANGS) || defined(FLAW_CONSTRUCTOR_SLOW)
__attribute__((constructor)) static void construct(void) {
#if defined(FLAW_CONSTRUCTOR_CRASHES)
    fputs("the constructor gives up\n", stderr);
    abort();
#elif defined(FLAW_CONSTRUCTOR_EXITS)
    _exit(0);
#elif defined(FLAW_CONSTRUCTOR_SLOW)
    nanosleep(&(struct timespec){0, 500000000}, NULL);
#else
    for (;;) pause();
#endif
}
#endif

#ifdef FLAW_MISSING_SYMBOL
void nobody_defines_this(void);
#endif

static jobhost_status run(const jobhost_job_type* self, jobhost_context* context) {
    (void)self, (void)context;
#ifdef FLAW_MISSING_SYMBOL
    nobody_defines_this();
#endif
    return JOBHOST_OK;
}

static const jobhost_job_type type = {
    sizeof(jobhost_job_type),
    0,
#ifdef FLAW_TYPE_NAME
    TEXT("Resize"),
#else
    TEXT("resize"),
#endif
    TEXT("for tests"),
#ifdef FLAW_SCHEMA
    TEXT("{not JSON"),
#elif defined(FLAW_NO_SCHEMA)
    TEXT("{\"type\": 5, \"properties\": []}"),
#else
    {NULL, 0},
#endif
    {NULL, 0},
    1,
    0,
    0,
    NULL,
#ifdef FLAW_NO_RUN
    NULL
#else
    run
#endif
};

static const jobhost_job_type* const types[] = {
    &type,
#ifdef FLAW_NULL_TYPE
    NULL,
#endif
#ifdef FLAW_SAME_NAME
    &type,
#endif
};

#ifdef FLAW_INIT_FAILS
static jobhost_status init(jobhost_host* host, const jobhost_host_api* api) {
    (void)host, (void)api;
    return JOBHOST_FAILED;
}
#endif

#ifdef FLAW_SHUTDOWN_HANGS
static void shut_down(void) {
    for (;;) pause();
}
#endif

#if defined(FLAW_FILTER_SIZE) || defined(FLAW_FILTER_EMPTY)
static const jobhost_filter_api filters = {
#ifdef FLAW_FILTER_SIZE
    16,
#else
    sizeof(jobhost_filter_api),
#endif
    0, NULL, NULL};
static const void* get_extension(jobhost_text id) {
    return id.size == strlen(JOBHOST_FILTER_ID) && memcmp(id.data, JOBHOST_FILTER_ID, id.size) == 0 ? &filters : NULL;
}
#elif defined(FLAW_EXTENSION_HANGS)
static const void* get_extension(jobhost_text id) {
    (void)id;
    for (;;) pause();
}
#elif defined(FLAW_UNKNOWN_EXTENSION)
static const void* get_extension(jobhost_text id) {
    (void)id;
    return NULL;
}
#elif defined(FLAW_NO_GET_EXTENSION_MEMBER)
/* Behind the struct of an older SDK lies something else. */
static const void* get_extension(jobhost_text id) {
    (void)id;
    abort();
}
#else
#define get_extension NULL
#endif

static const jobhost_plugin plugin = {
#ifdef FLAW_STRUCT_SIZE
    8,
#elif defined(FLAW_NO_GET_EXTENSION_MEMBER)
    offsetof(jobhost_plugin, get_extension),
#else
    sizeof(jobhost_plugin),
#endif
#ifdef FLAW_LYING_TAG
    9,
#else
    JOBHOST_ABI_MAJOR,
#endif
#ifdef FLAW_NEWER_MINOR
    99,
#else
    JOBHOST_ABI_MINOR,
#endif
    TEXT("flawed"),
    TEXT("1.0.0"),
    sizeof types / sizeof *types,
#ifdef FLAW_MINOR_REQUIRED
    99,
#else
    0,
#endif
    0,
    types,
#ifdef FLAW_INIT_FAILS
    init,
#else
    NULL,
#endif
#ifdef FLAW_SHUTDOWN_HANGS
    shut_down,
#else
    NULL,
#endif
    get_extension};

#ifdef FLAW_NO_ENTRY
JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_of_another_name(const jobhost_host_api* api);
const jobhost_plugin* jobhost_plugin_entry_of_another_name(const jobhost_host_api* api) {
#else
JOBHOST_EXPORT const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api);
const jobhost_plugin* jobhost_plugin_entry_v1(const jobhost_host_api* api) {
#endif
    (void)api;
#ifdef FLAW_NULL_PLUGIN
    return NULL;
#else
    return &plugin;
#endif
}
