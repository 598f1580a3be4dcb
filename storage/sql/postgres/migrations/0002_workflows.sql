-- What jobs wait for, belong to and leave behind, and what people ask of hosts. None of it has a row for an ordinary
-- job.

-- A group of jobs that is watched as one. State: 0 creating, 1 awaiting, 2 started, 3 succeeded, 4 completed, 5
-- cancelled.
CREATE TABLE batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent bigint,
    name text COLLATE "C" NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 5),
    members bigint NOT NULL,
    unfinished bigint NOT NULL,
    unsuccessful bigint NOT NULL,
    cancel_requested_at bigint,
    created_at bigint NOT NULL,
    finished_at bigint
);

CREATE INDEX batch_of_batch ON batch (parent) WHERE parent IS NOT NULL;

CREATE INDEX batch_finished ON batch (finished_at, id) WHERE finished_at IS NOT NULL;

-- What a job waits for: a job or a batch, and how that has to end. A result that the child reads is copied here.
CREATE TABLE job_edge (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child bigint NOT NULL,
    parent bigint,
    parent_batch bigint,
    condition smallint NOT NULL,
    met smallint,
    result text
);

CREATE INDEX job_edge_of_child ON job_edge (child, id);

CREATE INDEX job_edge_of_parent ON job_edge (parent) WHERE parent IS NOT NULL;

CREATE INDEX job_edge_of_batch ON job_edge (parent_batch) WHERE parent_batch IS NOT NULL;

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

-- How many jobs with one key may run at once, and how many do.
CREATE TABLE job_limit (
    name text COLLATE "C" NOT NULL,
    capacity bigint NOT NULL,
    taken bigint NOT NULL,
    PRIMARY KEY (name)
);

-- What a person asked of a host, a job or a queue, and what came of it: also the audit of it.
-- State: 0 open, 1 done.
CREATE TABLE command (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 1),
    verb text COLLATE "C" NOT NULL,
    server bigint,
    job bigint,
    queue text COLLATE "C",
    by_whom text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    done_at bigint,
    outcome text
);

CREATE INDEX command_open ON command (state, id) WHERE state = 0;
