-- What jobs wait for, belong to and leave behind, and what people ask for. None of it has a row for an ordinary job.

-- A group of jobs that is watched as one. Its id is one of those of jobs. State: 0 creating, 1 awaiting, 2 started, 3
-- succeeded, 4 completed, 5 cancelled. Members are jobs and the batches directly within it. It is unmet if it was cancelled
-- because what it, or a batch around it, waited for ended otherwise.
CREATE TABLE batch (
    id INTEGER NOT NULL,
    within_batch INTEGER,
    name TEXT NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
    members INTEGER NOT NULL,
    unfinished INTEGER NOT NULL,
    unsuccessful INTEGER NOT NULL,
    cancel_requested_at INTEGER,
    is_unmet INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX batch_of_batch ON batch (within_batch, id) WHERE within_batch IS NOT NULL;

CREATE INDEX batch_of_state ON batch (state, id);

CREATE INDEX batch_finished ON batch (finished_at, id) WHERE finished_at IS NOT NULL;

-- What a job or a batch (the child) waits for: a job or, if is_batch is 1, a batch, and how that has to end. Condition: 0 succeeded, 1 failed,
-- 2 finished, 3 deleted. Met: 0 it ended otherwise, 1 it did, 2 not yet. The result of a job that succeeded is copied
-- here, as the job may go first.
CREATE TABLE job_edge (
    child INTEGER NOT NULL,
    position INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    is_batch INTEGER NOT NULL,
    child_is_batch INTEGER NOT NULL,
    condition INTEGER NOT NULL,
    met INTEGER NOT NULL,
    result TEXT,
    PRIMARY KEY (child, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_edge_open ON job_edge (parent, child) WHERE met = 2;

CREATE INDEX job_edge_of_parent ON job_edge (parent, child);

-- What is too much for one transaction and goes on in the next ones. Kind: 1 children of a job or batch are to be told of
-- its end, 2 members of a batch are to start, 3 members of a cancelled batch are to be deleted, 4 those of one that is no
-- longer unmet are to wait again.
CREATE TABLE unfinished_work (
    kind INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_tag (
    job INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (job, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_tag_by_tag ON job_tag (tag, job);

-- What a job saved to go on from after an interruption.
CREATE TABLE job_checkpoint (
    job INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    body TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (job)
) STRICT, WITHOUT ROWID;

-- Parts of a job that are done and are not done again.
CREATE TABLE job_step (
    job INTEGER NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    result TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (job, name)
) STRICT, WITHOUT ROWID;

-- W3C trace context that a job was handed in with.
CREATE TABLE job_trace (
    job INTEGER NOT NULL,
    context TEXT NOT NULL,
    PRIMARY KEY (job)
) STRICT, WITHOUT ROWID;

-- How far the present run has come, in thousandths.
CREATE TABLE job_progress (
    job INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    done INTEGER NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (job)
) STRICT, WITHOUT ROWID;

-- Named limits. Kind: 0 concurrent, 1 fixed window, 2 sliding window, 3 bucket.
CREATE TABLE job_limit (
    name TEXT NOT NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
    capacity INTEGER NOT NULL,
    window_length INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- Where the slots of a limit stand, for each key: "name:key". Of a concurrent limit how many are taken; of the others how
-- many were given out, and the instants that they count from.
CREATE TABLE limit_state (
    limit_key TEXT NOT NULL,
    limit_name TEXT NOT NULL,
    taken INTEGER NOT NULL,
    given_out INTEGER NOT NULL,
    instant INTEGER NOT NULL,
    PRIMARY KEY (limit_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX limit_state_of_limit ON limit_state (limit_name, limit_key);

-- The last instants that slots of a sliding window were given out for; number modulo the capacity.
CREATE TABLE limit_instant (
    limit_key TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (limit_key, number)
) STRICT, WITHOUT ROWID;

-- The slots that a job needs, and whether it has them.
CREATE TABLE limit_use (
    job INTEGER NOT NULL,
    position INTEGER NOT NULL,
    limit_key TEXT NOT NULL,
    limit_name TEXT NOT NULL,
    is_held INTEGER NOT NULL,
    PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX limit_use_of_limit ON limit_use (limit_name, job);

-- Who has handed in a job with a unique key lately.
CREATE TABLE unique_window (
    slot TEXT NOT NULL,
    job INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (slot)
) STRICT, WITHOUT ROWID;

CREATE INDEX unique_window_until ON unique_window (until_at);

CREATE INDEX unique_window_of_job ON unique_window (job);

-- Queues that are paused, or were.
CREATE TABLE queue (
    name TEXT NOT NULL,
    paused_at INTEGER,
    paused_until INTEGER,
    paused_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- What a person asked for and what came of it: also the audit of it. Verb: 0 requeue, 1 delete, 2 cancel, 3 reschedule,
-- 4 move, 5 pause, 6 resume, 7 run again. State: 0 open, 1 done. Filter and operation are JSON; an open one goes on behind
-- position.
CREATE TABLE command (
    id INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),
    verb INTEGER NOT NULL,
    job INTEGER,
    queue TEXT,
    by_whom TEXT NOT NULL,
    filter TEXT NOT NULL,
    operation TEXT NOT NULL,
    position TEXT NOT NULL,
    looked_at INTEGER NOT NULL,
    done INTEGER NOT NULL,
    not_possible INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX command_open ON command (state, id) WHERE state = 0;
