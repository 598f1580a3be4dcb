/* clang-format off */
/* The columns are set by hand, and it is C. NOLINTBEGIN */
/* The plugin ABI of jobhost. Plain C99; needs only <stddef.h> and <stdint.h>. Extensions: jobhost/extensions.h.
 *
 * Rules, for both sides
 *  - Every struct that crosses the border begins with `struct_size` and grows only at its end. A reader looks at
 *    a member only if JOBHOST_HAS(pointer, member); a member that is missing behaves as NULL or 0.
 *  - The major version is part of the entry symbol's name (jobhost_plugin_entry_v1). The minor version counts
 *    appended members. Everything else is an extension, asked for by an id that carries its revision
 *    ("jobhost.checkpoint/1"); NULL means that the other side does not offer it.
 *  - Text is jobhost_text: UTF-8, `size` bytes, not NUL-terminated, borrowed for the call unless said otherwise.
 *    Who needs it longer copies it. Nobody frees what the other side allocated.
 *  - No exception, longjmp or panic leaves a function, in either direction. No C++ type, FILE*, errno, bool, long
 *    or time_t crosses.
 *  - Thread tags: [load] one thread, no job is running; [job] between entry and return of run(), or of a filter, on
 *    any thread that it started and joins before that; [any] any thread at any time between init() and shutdown().
 *    No function of the host blocks longer than its own arguments, or its comment, say.
 */
#ifndef JOBHOST_PLUGIN_H
#define JOBHOST_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define JOBHOST_ABI_MAJOR 1
#define JOBHOST_ABI_MINOR 1

#if defined(_WIN32)
#define JOBHOST_CALL __cdecl
#define JOBHOST_EXPORT __declspec(dllexport)
#else
#define JOBHOST_CALL
#define JOBHOST_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define JOBHOST_EXTERN_C extern "C"
extern "C" {
#else
#define JOBHOST_EXTERN_C
#endif

/* True if `pointer` is not NULL, its struct is long enough to hold `member`, and the member is set. */
#define JOBHOST_HAS(pointer, member)                                                                      \
    ((pointer) != NULL &&                                                                                 \
     (pointer)->struct_size >= (size_t)((const char*)&(pointer)->member - (const char*)(pointer)) +       \
                                   sizeof((pointer)->member) &&                                           \
     (pointer)->member)

typedef struct jobhost_text {
    const char* data; /* may be NULL only if size is 0 */
    size_t size;      /* bytes */
} jobhost_text;

/* How a call, or a run, went. Fixed width; never an enum. */
typedef int32_t jobhost_status;
#define JOBHOST_OK 0
#define JOBHOST_FAILED 1        /* run: failed; tried again as the job's policy says. Host call: refused for now */
#define JOBHOST_FATAL 2         /* run: failed, and trying again cannot help                    */
#define JOBHOST_CANCELLED 3     /* run: saw JOBHOST_STOP_CANCEL and ended                       */
#define JOBHOST_YIELDED 4       /* run: saw JOBHOST_STOP_DRAIN and ended; goes on elsewhere     */
#define JOBHOST_BAD_ARGUMENTS 5 /* run: the arguments make no sense; trying again cannot help   */
#define JOBHOST_UNSUPPORTED 6   /* host call: not offered by this host                          */
#define JOBHOST_NOT_FOUND 7     /* host call: nothing at that place                             */
#define JOBHOST_WRONG_TYPE 8    /* host call: something else at that place                      */
#define JOBHOST_LIMIT 9         /* host call: too large or too much                             */
#define JOBHOST_INVALID 10      /* host call: an argument breaks the rules (NULL, not JSON ...) */
#define JOBHOST_SNOOZE 11       /* run: runs again after the delay of jobhost.outcome/1, and no attempt is used;
                                   since minor version 1                                        */
#define JOBHOST_LOST 12         /* host call: this run is not the job's any more: end it                */
#define JOBHOST_UNAVAILABLE 13  /* host call: no answer in time: it may have taken effect, do it again   */

#define JOBHOST_LOG_DEBUG 0
#define JOBHOST_LOG_INFO 1
#define JOBHOST_LOG_WARNING 2 /* also counted on the job: "succeeded with 3 warnings" */
#define JOBHOST_LOG_ERROR 3

/* Why a run is asked to stop; a set of bits that only grows during a run. */
#define JOBHOST_STOP_CANCEL 1u /* a person or a timeout ends it: return JOBHOST_CANCELLED soon            */
#define JOBHOST_STOP_DRAIN 2u  /* the host or this plugin's version ends: return JOBHOST_YIELDED if it can */

typedef struct jobhost_host jobhost_host;       /* opaque; one per loaded plugin, lives until shutdown() returned */
typedef struct jobhost_context jobhost_context; /* opaque; one per run, lives until run() returned               */

/* What the host gives. */
typedef struct jobhost_host_api {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor;
    jobhost_text host_version; /* "0.1.0"; lives until shutdown() returned */

    /* A line of the job's log; `context` NULL: of the plugin's. Cut at 64 KiB. [any] */
    void(JOBHOST_CALL* log)(jobhost_host* host, jobhost_context* context, int32_t level, jobhost_text line);
    /* An extension of the host, valid until shutdown() returned; NULL: not offered. [any] */
    const void*(JOBHOST_CALL* get_extension)(jobhost_host* host, jobhost_text id);

    /* Facts of the run; texts are valid until run() returned. [job] */
    int64_t(JOBHOST_CALL* job_id)(jobhost_context* context);
    int64_t(JOBHOST_CALL* lease)(jobhost_context* context);        /* fencing token: grows with each run of the job  */
    uint32_t(JOBHOST_CALL* attempt)(jobhost_context* context);     /* 1 for the first run                            */
    int64_t(JOBHOST_CALL* scheduled_at)(jobhost_context* context); /* nominal instant, us since 1970 UTC; 0: none    */
    jobhost_text(JOBHOST_CALL* idempotency_key)(jobhost_context* context); /* the same in every run of this job      */
    jobhost_text(JOBHOST_CALL* definition)(jobhost_context* context);      /* name of its definition; empty: none    */
    jobhost_text(JOBHOST_CALL* arguments)(jobhost_context* context);       /* a JSON object                          */

    /* Arguments by JSON pointer (RFC 6901: "/width", "/tags/0"), so that a plugin needs no JSON library. `*out` is
     * untouched unless JOBHOST_OK is returned. NOT_FOUND also for null. Texts are valid until run() returned.
     * get_integer: JSON numbers that are whole and fit. get_size: elements of an array, members of an object.
     * get_json: the value at that place as JSON. get_name: the name of an object's member number `index`;
     * WRONG_TYPE for an array, NOT_FOUND past the end (so for an empty object too). [job] */
    jobhost_status(JOBHOST_CALL* get_integer)(jobhost_context* context, jobhost_text pointer, int64_t* out);
    jobhost_status(JOBHOST_CALL* get_number)(jobhost_context* context, jobhost_text pointer, double* out);
    jobhost_status(JOBHOST_CALL* get_boolean)(jobhost_context* context, jobhost_text pointer, int32_t* out);
    jobhost_status(JOBHOST_CALL* get_string)(jobhost_context* context, jobhost_text pointer, jobhost_text* out);
    jobhost_status(JOBHOST_CALL* get_size)(jobhost_context* context, jobhost_text pointer, uint32_t* out);
    jobhost_status(JOBHOST_CALL* get_json)(jobhost_context* context, jobhost_text pointer, jobhost_text* out);
    jobhost_status(JOBHOST_CALL* get_name)(jobhost_context* context, jobhost_text pointer, uint32_t index,
                                           jobhost_text* out);

    /* How far the run is: `fraction` 0..1, `note` up to 200 bytes (longer is cut). Cheap. [job] */
    jobhost_status(JOBHOST_CALL* progress)(jobhost_context* context, double fraction, jobhost_text note);
    /* The JOBHOST_STOP_ bits raised so far; 0: go on. One atomic load. [job] */
    uint32_t(JOBHOST_CALL* stop_requested)(jobhost_context* context);
    /* Sleeps until a stop bit is raised, at most `timeout_us`; returns the bits. [job] */
    uint32_t(JOBHOST_CALL* wait_for_stop)(jobhost_context* context, int64_t timeout_us);
    /* The run's result, a JSON value of up to 64 KiB; the last call wins; kept only if run() returns OK. [job] */
    jobhost_status(JOBHOST_CALL* set_result)(jobhost_context* context, jobhost_text json);
    /* Why the run fails; the last call wins. `code` is a short stable word for policies to match ("timeout",
     * "smtp.refused"; up to 100 bytes), `message` a sentence for a person (up to 8 KiB; longer is cut). [job] */
    jobhost_status(JOBHOST_CALL* set_error)(jobhost_context* context, jobhost_text code, jobhost_text message);
    /* Append new members only below this line, and raise JOBHOST_ABI_MINOR. */
} jobhost_host_api;

#define JOBHOST_JOB_IDEMPOTENT 0x1u    /* running twice does no harm                                  */
#define JOBHOST_JOB_IN_PROCESS_OK 0x2u /* the author allows running inside the host; the operator decides */
#define JOBHOST_JOB_CHECKPOINTS 0x4u   /* honours JOBHOST_STOP_DRAIN                                  */
#define JOBHOST_JOB_PRIVILEGED 0x8u    /* enqueued only from definitions, the command line and by admins */

/* A kind of job. Static storage of the plugin; unchanged from entry until unload. */
typedef struct jobhost_job_type {
    uint32_t struct_size;
    uint32_t flags;              /* JOBHOST_JOB_ bits                                                       */
    jobhost_text name;           /* local name, [a-z][a-z0-9_]*: "resize"; the host says "images.resize"    */
    jobhost_text description;    /* one line                                                                */
    jobhost_text arguments_schema; /* JSON Schema 2020-12 of the arguments; empty: anything                 */
    jobhost_text result_schema;    /* likewise of the result                                                */
    uint32_t payload_version;    /* layout of the arguments; 0 counts as 1                                  */
    uint32_t reserved;
    int64_t default_timeout_us;  /* 0: the host's                                                           */
    void* user;                  /* the plugin's own                                                        */
    /* Runs one job. Reentrant: several at once, on several threads. [job] */
    jobhost_status(JOBHOST_CALL* run)(const struct jobhost_job_type* self, jobhost_context* context);

    /* Since minor version 1. */
    uint32_t accepts_from; /* oldest payload_version that upgrade() takes; 0: payload_version alone; at most 100 less */
    uint32_t reserved2;
    /* Called before run() for arguments of an older version `from`: hands those of payload_version, a JSON object, to
     * `take(to, ...)`, which copies them. Anything but JOBHOST_OK ends the run as if run() had returned it. Reentrant.
     * [job] */
    jobhost_status(JOBHOST_CALL* upgrade)(const struct jobhost_job_type* self, jobhost_context* context, uint32_t from,
                                          jobhost_text json, void(JOBHOST_CALL* take)(void* to, jobhost_text json),
                                          void* to);
} jobhost_job_type;

/* What the plugin gives. Static storage; unchanged from entry until unload. */
typedef struct jobhost_plugin {
    uint32_t struct_size;
    uint16_t abi_major, abi_minor; /* what the plugin was compiled against                             */
    jobhost_text name;             /* [a-z][a-z0-9_]*, unique among the plugins of a host: "images"    */
    jobhost_text version;          /* semantic version: "1.2.0"                                        */
    uint32_t job_type_count;
    uint16_t host_minor_required;  /* refused with a clear error by a host of a smaller minor version  */
    uint16_t reserved;
    const jobhost_job_type* const* job_types;
    /* Before any run. Anything but JOBHOST_OK: the plugin is refused. May be NULL. [load] */
    jobhost_status(JOBHOST_CALL* init)(jobhost_host* host, const jobhost_host_api* api);
    /* After the last run: join threads, release everything. May be NULL. [load] */
    void(JOBHOST_CALL* shutdown)(void);
    /* An extension of the plugin, valid until shutdown() returned. May be NULL. [any] */
    const void*(JOBHOST_CALL* get_extension)(jobhost_text id);
} jobhost_plugin;

/* The one function that a plugin exports. NULL: this plugin cannot work with that host. [load] */
typedef const jobhost_plugin*(JOBHOST_CALL* jobhost_entry)(const jobhost_host_api* api);
#define JOBHOST_ENTRY_SYMBOL "jobhost_plugin_entry_v1"

/* 64 bytes that the host finds by reading the file, before any code of the library (static constructors!) has run.
 * The same bytes in ELF, PE and Mach-O. */
typedef struct jobhost_abi_tag {
    unsigned char magic[16];
    uint16_t abi_major, abi_minor;
    uint8_t pointer_size, little_endian, compiler, reserved; /* compiler: 0 C, 1 g++, 2 clang, 3 MSVC, 4 Rust, 5 Zig */
    uint32_t sizeof_host_api, sizeof_plugin, sizeof_job_type;
    unsigned char padding[28];
} jobhost_abi_tag;
#define JOBHOST_TAG_MAGIC \
    { 'J', 'O', 'B', 'H', 'O', 'S', 'T', 1, 0xAB, 0x1D, 0xC0, 0xDE, 0x9B, 0x5F, 0x3A, 0x71 }

#if defined(__clang__)
#define JOBHOST_COMPILER 2
#elif defined(_MSC_VER)
#define JOBHOST_COMPILER 3
#elif defined(__cplusplus)
#define JOBHOST_COMPILER 1
#else
#define JOBHOST_COMPILER 0
#endif

/* Once per plugin, at file scope. */
#define JOBHOST_DEFINE_TAG()                                                                                     \
    JOBHOST_EXTERN_C JOBHOST_EXPORT const jobhost_abi_tag jobhost_tag;                                           \
    const jobhost_abi_tag jobhost_tag = {JOBHOST_TAG_MAGIC,                                                      \
                                         JOBHOST_ABI_MAJOR,                                                      \
                                         JOBHOST_ABI_MINOR,                                                      \
                                         (uint8_t)sizeof(void*),                                                 \
                                         1,                                                                      \
                                         JOBHOST_COMPILER,                                                       \
                                         0,                                                                      \
                                         (uint32_t)sizeof(jobhost_host_api),                                     \
                                         (uint32_t)sizeof(jobhost_plugin),                                       \
                                         (uint32_t)sizeof(jobhost_job_type),                                     \
                                         {0}}

#ifdef __cplusplus
} /* extern "C" */
static_assert(sizeof(jobhost_abi_tag) == 64, "the tag's layout is fixed");
#endif

#endif /* JOBHOST_PLUGIN_H, NOLINTEND */
