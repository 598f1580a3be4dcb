/* clang-format off */
/* The columns are set by hand, and it is C. NOLINTBEGIN */
/* Extensions: the tables that get_extension() answers to these ids, in C99. Those of the host come first, that of the
 * plugin last. The rules of jobhost/plugin.h hold here too; a table that is not offered is NULL.
 */
#ifndef JOBHOST_EXTENSIONS_H
#define JOBHOST_EXTENSIONS_H

#include <jobhost/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What else a run can say of its end. */
#define JOBHOST_OUTCOME_ID "jobhost.outcome/1"
typedef struct jobhost_outcome_api {
    uint32_t struct_size;
    uint32_t reserved;
    /* How long until the next run if this one returns JOBHOST_SNOOZE: more than 0, at most 365 days, else INVALID.
     * The last call wins. [job] */
    jobhost_status(JOBHOST_CALL* set_snooze)(jobhost_context* context, int64_t delay_us);
    /* What helps to find the cause of a failure, such as a stack trace; up to 64 KiB, longer is cut. Kept beside
     * the error of set_error(). The last call wins. [job] */
    jobhost_status(JOBHOST_CALL* set_detail)(jobhost_context* context, jobhost_text text);
    /* What set_error() has kept of this run so far, for filters; NOT_FOUND: nothing. Either pointer may be NULL. Valid
     * until the next set_error(), or until run(), or after() of a filter, has returned. [job] */
    jobhost_status(JOBHOST_CALL* get_error)(jobhost_context* context, jobhost_text* code, jobhost_text* message);
} jobhost_outcome_api;

/* What the job waited for before it ran: jobs and batches. */
#define JOBHOST_PARENTS_ID "jobhost.parents/1"
#define JOBHOST_PARENT_BATCH 0x1u       /* a batch, else a job                                                  */
#define JOBHOST_PARENT_MET 0x2u         /* it ended as `on` says; not set only if a person started the job      */
#define JOBHOST_PARENT_RESULT_CUT 0x4u  /* it has a result, which is left out: those of all parents are too large */
typedef struct jobhost_parent {
    uint32_t struct_size; /* set by the caller */
    uint32_t flags;       /* JOBHOST_PARENT_ bits */
    int64_t id;
    jobhost_text on;      /* how it had to end: "succeeded", "failed", "finished", "deleted" */
    jobhost_text result;  /* of a job that succeeded, JSON; empty: none                      */
} jobhost_parent;
typedef struct jobhost_parents_api {
    uint32_t struct_size;
    uint32_t reserved;
    uint32_t(JOBHOST_CALL* count)(jobhost_context* context); /* [job] */
    /* In the order in which they were named; NOT_FOUND past the end. Texts are valid until run() returned. [job] */
    jobhost_status(JOBHOST_CALL* get)(jobhost_context* context, uint32_t index, jobhost_parent* out);
} jobhost_parents_api;

/* What a job saves for its next run. The functions of the next three extensions ask the host and block until it
 * answers, at most 30 s. They return OK, FAILED (only where it says so), LIMIT (too large, or too many calls at the same time), INVALID, LOST or
 * UNAVAILABLE. `problem` may be NULL; unless OK is returned it is set to a sentence for a person, valid until the
 * same thread asks again. What was saved goes when the job succeeds, or when a person runs it anew. */
#define JOBHOST_CHECKPOINT_ID "jobhost.checkpoint/1"
typedef struct jobhost_checkpoint_api {
    uint32_t struct_size;
    uint32_t reserved;
    /* What earlier runs of this job saved last, JSON; NOT_FOUND: nothing. Valid until run() returned. [job] */
    jobhost_status(JOBHOST_CALL* load)(jobhost_context* context, jobhost_text* out, jobhost_text* problem);
    /* A JSON value of up to 1 MiB; replaces the one before. OK: it is durable. [job] */
    jobhost_status(JOBHOST_CALL* save)(jobhost_context* context, jobhost_text json, jobhost_text* problem);
} jobhost_checkpoint_api;

/* Parts of a job that are done once. Names: 1 to 200 bytes, of which "jobhost." begins none; up to 10,000 of one
 * job, with results of up to 1 MiB. */
#define JOBHOST_STEP_ID "jobhost.step/1"
typedef struct jobhost_step_api {
    uint32_t struct_size;
    uint32_t reserved;
    /* The result of a step that is complete, JSON; NOT_FOUND: it is not. Valid until run() returned. [job] */
    jobhost_status(JOBHOST_CALL* find)(jobhost_context* context, jobhost_text name, jobhost_text* out,
                                       jobhost_text* problem);
    /* The first result of a name stays. OK: it is durable. [job] */
    jobhost_status(JOBHOST_CALL* complete)(jobhost_context* context, jobhost_text name, jobhost_text json,
                                           jobhost_text* problem);
} jobhost_step_api;

/* Jobs that a job hands in. `json` is one job, an array of up to 1,000, or a batch; up to 1 MiB. Its keys stand in
 * plugin_sdk/README.md. INVALID: it is refused, and nothing was handed in. FAILED: the same, for now, as something is
 * in the way that may go: a unique key with `on_conflict: fail` that is taken, others that have the keys of all jobs of
 * a batch, a type that no live server has, a limit or a definition that is not there. A run that returns FAILED, too,
 * is tried again by its policy. */
#define JOBHOST_ENQUEUE_ID "jobhost.enqueue/1"
typedef struct jobhost_enqueue_api {
    uint32_t struct_size;
    uint32_t reserved;
    /* Durable at once. `*ids`: a JSON array of texts, the batch first if there is one, then the jobs in their order;
     * valid until the same thread asks again. The calls of a run are numbered: a rerun that makes them in the same
     * order, with the same contents, is answered as the first run was, whatever has become of the jobs. INVALID too
     * if a call asks for something else than it did before. [job] */
    jobhost_status(JOBHOST_CALL* enqueue)(jobhost_context* context, jobhost_text json, jobhost_text* ids,
                                          jobhost_text* problem);
    /* Handed in together with the record that this run succeeded, or never. No batch; up to 1,000 jobs and 4 MiB
     * of arguments of one run: LIMIT for the call that is over it, of which nothing counts. If they are refused in
     * the end, the run counts as failed with the error `jobs_refused`, and is tried again by its policy. [job] */
    jobhost_status(JOBHOST_CALL* enqueue_on_success)(jobhost_context* context, jobhost_text json,
                                                     jobhost_text* problem);
} jobhost_enqueue_api;

/* Files of one run. */
#define JOBHOST_SCRATCH_ID "jobhost.scratch/1"
typedef struct jobhost_scratch_api {
    uint32_t struct_size;
    uint32_t reserved;
    /* The absolute path of a folder that is empty at first and of this run alone; it goes with all that is in it when
     * the run ends, and is valid until then. UNSUPPORTED: this host has no place for one. FAILED: it cannot be made, and
     * `*problem`, which may be NULL, says why, until the same thread asks again. [job] */
    jobhost_status(JOBHOST_CALL* folder)(jobhost_context* context, jobhost_text* out, jobhost_text* problem);
} jobhost_scratch_api;

/* What surrounds each run of each job type of a plugin: an extension of the plugin. The host asks for it once, after
 * init(). before(), run() and after() of a run are called on one thread; the context is the same for all three, and what
 * is valid until run() returned is valid until after() returned. The run's timeout holds for the three together, and a
 * stop that is requested is seen by each. Reentrant, as run() is. */
#define JOBHOST_FILTER_ID "jobhost.filter/1"
typedef struct jobhost_filter_api {
    uint32_t struct_size; /* the plugin is refused if it does not reach behind `after` */
    uint32_t reserved;
    /* Before run() of `type`; arguments have been upgraded by then. OK: run() follows. Anything else ends the run as if
     * run() had returned it (set_error(), set_snooze() and so on are for it, too), and neither run() nor after() is
     * called. NULL: OK. [job] */
    jobhost_status(JOBHOST_CALL* before)(jobhost_context* context, const jobhost_job_type* type);
    /* After run() of `type` has returned `status`, whatever that is; not if it has crashed. The run ends with what this
     * returns: `status`, or another one, which is then held to the rules for run(). set_result(), set_error() and all
     * other calls of a run work. NULL: `status`. The plugin is refused if `before` is NULL, too. [job] */
    jobhost_status(JOBHOST_CALL* after)(jobhost_context* context, const jobhost_job_type* type, jobhost_status status);
} jobhost_filter_api;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* JOBHOST_EXTENSIONS_H, NOLINTEND */
