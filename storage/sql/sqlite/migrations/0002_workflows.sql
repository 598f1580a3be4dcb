-- What jobs wait for, belong to and leave behind, and what people ask of hosts. None of it has a row for an ordinary
-- job.

-- A group of jobs that is watched as one. State: 0 creating, 1 awaiting, 2 started, 3 succeeded, 4 completed, 5
-- cancelled.
CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    parent INTEGER,
    name TEXT NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 5),
    members INTEGER NOT NULL,
    unfinished INTEGER NOT NULL,
    unsuccessful INTEGER NOT NULL,
    cancel_requested_at INTEGER,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;

CREATE INDEX batch_of_batch ON batch (parent) WHERE parent IS NOT NULL;

CREATE INDEX batch_finished ON batch (finished_at, id) WHERE finished_at IS NOT NULL;

-- What a job waits for: a job or a batch, and how that has to end. A result that the child reads is copied here.
CREATE TABLE job_edge (
    id INTEGER PRIMARY KEY,
    child INTEGER NOT NULL,
    parent INTEGER,
    parent_batch INTEGER,
    condition INTEGER NOT NULL,
    met INTEGER,
    result TEXT
) STRICT;

CREATE INDEX job_edge_of_child ON job_edge (child, id);

CREATE INDEX job_edge_of_parent ON job_edge (parent) WHERE parent IS NOT NULL;

CREATE INDEX job_edge_of_batch ON job_edge (parent_batch) WHERE parent_batch IS NOT NULL;

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

-- How many jobs with one key may run at once, and how many do.
CREATE TABLE job_limit (
    name TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;

-- What a person asked of a host, a job or a queue, and what came of it: also the audit of it.
-- State: 0 open, 1 done.
CREATE TABLE command (
    id INTEGER PRIMARY KEY,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),
    verb TEXT NOT NULL,
    server INTEGER,
    job INTEGER,
    queue TEXT,
    by_whom TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    done_at INTEGER,
    outcome TEXT
) STRICT;

CREATE INDEX command_open ON command (state, id) WHERE state = 0;
