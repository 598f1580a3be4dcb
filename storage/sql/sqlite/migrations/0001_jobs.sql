-- Jobs and what they refer to. Instants are microseconds since 1970 UTC. State numbers: 0 awaiting, 1 scheduled,
-- 2 enqueued, 3 processing, 4 succeeded, 5 failed, 6 deleted. An ordinary job has the primary key and at any time
-- one entry in job_ready, job_running or job_finished; every other index holds only the rows that need it.

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What one point of priority is worth, in microseconds of waiting.
INSERT INTO setting (name, value) VALUES ('ageing', 1000000);

CREATE TABLE id_block (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO id_block (name, next) VALUES ('job', 1);

CREATE TABLE lane (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    type TEXT NOT NULL,
    payload_version INTEGER NOT NULL,
    direct INTEGER NOT NULL DEFAULT 0,
    UNIQUE (queue, type, payload_version, direct)
) STRICT;

CREATE TABLE policy (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT;

-- AUTOINCREMENT: the number of a server that is forgotten is never given to another one, as jobs that it ran still name
-- it, and it may itself come back.
CREATE TABLE server (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incarnation TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    application TEXT NOT NULL,
    host_name TEXT NOT NULL,
    pid INTEGER NOT NULL,
    workers INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 3),
    beat INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    stopped_at INTEGER
) STRICT;

CREATE TABLE served_type (
    server INTEGER NOT NULL,
    type TEXT NOT NULL,
    payload_version INTEGER NOT NULL,
    plugin_version TEXT NOT NULL,
    digest TEXT NOT NULL,
    arguments_schema TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (server, type, payload_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE definition (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    next_at INTEGER,
    retired_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX definition_due ON definition (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    payload_version INTEGER NOT NULL DEFAULT 1,
    priority INTEGER NOT NULL,
    order_key INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 6),
    reason INTEGER NOT NULL DEFAULT 0,
    flags INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    expires_at INTEGER,
    nominal_at INTEGER,
    origin INTEGER NOT NULL DEFAULT 0,
    server INTEGER,
    lease INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    recoveries INTEGER NOT NULL DEFAULT 0,
    interruptions INTEGER NOT NULL DEFAULT 0,
    warnings INTEGER NOT NULL DEFAULT 0,
    cancel_requested_at INTEGER,
    batch INTEGER,
    definition INTEGER,
    delay INTEGER,
    policy INTEGER NOT NULL,
    creator INTEGER,
    call_no INTEGER,
    unique_slot TEXT,
    unique_wanted TEXT,
    unique_window INTEGER,
    limit_key TEXT,
    arguments TEXT NOT NULL,
    result TEXT,
    created_at INTEGER NOT NULL,
    enqueued_at INTEGER,
    claimed_at INTEGER,
    started_at INTEGER,
    finished_at INTEGER,
    CHECK (state <> 1 OR due_at IS NOT NULL),
    CHECK (state <> 2 OR enqueued_at IS NOT NULL),
    CHECK (state <> 3 OR (server IS NOT NULL AND claimed_at IS NOT NULL AND lease > 0)),
    CHECK ((state >= 4) = (finished_at IS NOT NULL))
) STRICT;

CREATE INDEX job_ready ON job (lane, order_key, id) WHERE state = 2;

CREATE INDEX job_running ON job (server) WHERE state = 3;

CREATE INDEX job_finished ON job (state, finished_at, id) WHERE state >= 4;

CREATE INDEX job_due ON job (due_at, id) WHERE state = 1;

CREATE UNIQUE INDEX job_unique_slot ON job (unique_slot) WHERE unique_slot IS NOT NULL;

CREATE UNIQUE INDEX job_nominal ON job (definition, nominal_at, origin) WHERE nominal_at IS NOT NULL;

CREATE INDEX job_of_definition ON job (definition, finished_at) WHERE definition IS NOT NULL AND state >= 4;

CREATE INDEX job_of_batch ON job (batch, state, id) WHERE batch IS NOT NULL;

CREATE INDEX job_parked ON job (limit_key, order_key, id) WHERE state = 0 AND limit_key IS NOT NULL;

CREATE UNIQUE INDEX job_created_by ON job (creator, call_no) WHERE creator IS NOT NULL;

CREATE TABLE job_event (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cause INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    error_code TEXT NOT NULL,
    message TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX job_event_of_job ON job_event (job, id);

CREATE TABLE job_log (
    job INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    number INTEGER NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (job, lease, number)
) STRICT, WITHOUT ROWID;

-- How many jobs of a lane are in a state: the sum over all slots. Transactions that run side by side write to
-- different slots.
CREATE TABLE job_counter (
    slot INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    state INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (slot, lane, state)
) STRICT, WITHOUT ROWID;
