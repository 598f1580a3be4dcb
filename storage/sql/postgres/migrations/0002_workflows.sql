-- What jobs wait for, belong to and leave behind, and what people ask for. None of it has a row for an ordinary job.

-- A group of jobs that is watched as one. Its id is one of those of jobs. State: 0 creating, 1 awaiting, 2 started, 3
-- succeeded, 4 completed, 5 cancelled. Members are jobs and the batches directly within it. It is unmet if it was cancelled
-- because what it, or a batch around it, waited for ended otherwise.
CREATE TABLE batch (
    id bigint NOT NULL,
    within_batch bigint,
    name text COLLATE "C" NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 5),
    members bigint NOT NULL,
    unfinished bigint NOT NULL,
    unsuccessful bigint NOT NULL,
    cancel_requested_at bigint,
    is_unmet smallint NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    PRIMARY KEY (id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);

CREATE INDEX batch_of_batch ON batch (within_batch, id) WHERE within_batch IS NOT NULL;

CREATE INDEX batch_of_state ON batch (state, id);

CREATE INDEX batch_finished ON batch (finished_at, id) WHERE finished_at IS NOT NULL;

-- What a job or a batch (the child) waits for: a job or, if is_batch is 1, a batch, and how that has to end. Condition: 0 succeeded, 1 failed,
-- 2 finished, 3 deleted. Met: 0 it ended otherwise, 1 it did, 2 not yet. The result of a job that succeeded is copied
-- here, as the job may go first.
CREATE TABLE job_edge (
    child bigint NOT NULL,
    position integer NOT NULL,
    parent bigint NOT NULL,
    is_batch smallint NOT NULL,
    child_is_batch smallint NOT NULL,
    condition smallint NOT NULL,
    met smallint NOT NULL,
    result text,
    PRIMARY KEY (child, position)
);

CREATE INDEX job_edge_open ON job_edge (parent, child) WHERE met = 2;

CREATE INDEX job_edge_of_parent ON job_edge (parent, child);

-- What is too much for one transaction and goes on in the next ones. Kind: 1 children of a job or batch are to be told of
-- its end, 2 members of a batch are to start, 3 members of a cancelled batch are to be deleted, 4 those of one that is no
-- longer unmet are to wait again.
CREATE TABLE unfinished_work (
    kind smallint NOT NULL,
    subject bigint NOT NULL,
    PRIMARY KEY (kind, subject)
);

CREATE TABLE job_tag (
    job bigint NOT NULL,
    tag text COLLATE "C" NOT NULL,
    PRIMARY KEY (job, tag)
);

CREATE INDEX job_tag_by_tag ON job_tag (tag, job);

-- What a job saved to go on from after an interruption.
CREATE TABLE job_checkpoint (
    job bigint NOT NULL,
    lease bigint NOT NULL,
    body text NOT NULL,
    saved_at bigint NOT NULL,
    PRIMARY KEY (job)
);

-- Parts of a job that are done and are not done again.
CREATE TABLE job_step (
    job bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    size bigint NOT NULL,
    result text NOT NULL,
    saved_at bigint NOT NULL,
    PRIMARY KEY (job, name)
);

-- W3C trace context that a job was handed in with.
CREATE TABLE job_trace (
    job bigint NOT NULL,
    context text NOT NULL,
    PRIMARY KEY (job)
);

-- How far the present run has come, in thousandths.
CREATE TABLE job_progress (
    job bigint NOT NULL,
    lease bigint NOT NULL,
    done integer NOT NULL,
    message text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (job)
);

-- Named limits. Kind: 0 concurrent, 1 fixed window, 2 sliding window, 3 bucket.
CREATE TABLE job_limit (
    name text COLLATE "C" NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 3),
    capacity bigint NOT NULL,
    window_length bigint NOT NULL,
    PRIMARY KEY (name)
);

-- Where the slots of a limit stand, for each key: "name:key". Of a concurrent limit how many are taken; of the others how
-- many were given out, and the instants that they count from.
CREATE TABLE limit_state (
    limit_key text COLLATE "C" NOT NULL,
    limit_name text COLLATE "C" NOT NULL,
    taken bigint NOT NULL,
    given_out bigint NOT NULL,
    instant bigint NOT NULL,
    PRIMARY KEY (limit_key)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);

CREATE INDEX limit_state_of_limit ON limit_state (limit_name, limit_key);

-- The last instants that slots of a sliding window were given out for; number modulo the capacity.
CREATE TABLE limit_instant (
    limit_key text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (limit_key, number)
);

-- The slots that a job needs, and whether it has them.
CREATE TABLE limit_use (
    job bigint NOT NULL,
    position integer NOT NULL,
    limit_key text COLLATE "C" NOT NULL,
    limit_name text COLLATE "C" NOT NULL,
    is_held smallint NOT NULL,
    PRIMARY KEY (job, position)
);

CREATE INDEX limit_use_of_limit ON limit_use (limit_name, job);

-- Who has handed in a job with a unique key lately.
CREATE TABLE unique_window (
    slot text COLLATE "C" NOT NULL,
    job bigint NOT NULL,
    until_at bigint NOT NULL,
    PRIMARY KEY (slot)
);

CREATE INDEX unique_window_until ON unique_window (until_at);

CREATE INDEX unique_window_of_job ON unique_window (job);

-- Queues that are paused, or were.
CREATE TABLE queue (
    name text COLLATE "C" NOT NULL,
    paused_at bigint,
    paused_until bigint,
    paused_by text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (name)
);

-- What a person asked for and what came of it: also the audit of it. Verb: 0 requeue, 1 delete, 2 cancel, 3 reschedule,
-- 4 move, 5 pause, 6 resume, 7 run again. State: 0 open, 1 done. Filter and operation are JSON; an open one goes on behind
-- position.
CREATE TABLE command (
    id bigint NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 1),
    verb smallint NOT NULL,
    job bigint,
    queue text,
    by_whom text NOT NULL,
    filter text NOT NULL,
    operation text NOT NULL,
    position text NOT NULL,
    looked_at bigint NOT NULL,
    done bigint NOT NULL,
    not_possible bigint NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    PRIMARY KEY (id)
);

CREATE INDEX command_open ON command (state, id) WHERE state = 0;
