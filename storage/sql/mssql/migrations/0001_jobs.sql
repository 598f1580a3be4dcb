-- Jobs and what they refer to. Instants are microseconds since 1970 UTC. State numbers: 0 awaiting, 1 scheduled,
-- 2 enqueued, 3 processing, 4 succeeded, 5 failed, 6 deleted. An ordinary job has the primary key and at any time
-- one entry in job_ready, job_running or job_finished; every other index holds only the rows that need it. Names
-- compare by their bytes, as on every other database; those in an index are no longer than it takes. A column of
-- an index's filter stands in the index too, or SQL Server looks it up in the row.

CREATE TABLE setting (
    name nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    value bigint NOT NULL
);

-- What one point of priority is worth, in microseconds of waiting.
INSERT INTO setting (name, value) VALUES (N'ageing', 1000000);

CREATE TABLE id_block (
    name nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    next bigint NOT NULL
);

INSERT INTO id_block (name, next) VALUES (N'job', 1);

-- SQL Server cannot call us. Whoever has news raises this number, and every host looks at it often.
CREATE TABLE wake (
    id int NOT NULL PRIMARY KEY,
    raised bigint NOT NULL
);

INSERT INTO wake (id, raised) VALUES (1, 0);

CREATE TABLE lane (
    id bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    queue nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    type nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    payload_version int NOT NULL,
    direct smallint NOT NULL DEFAULT 0,
    UNIQUE (queue, type, payload_version, direct)
);

CREATE TABLE policy (
    id bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    digest nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE,
    body nvarchar(max) NOT NULL
);

CREATE TABLE server (
    id bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    incarnation nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE,
    name nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    application nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    host_name nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    pid bigint NOT NULL,
    workers int NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 3),
    beat bigint NOT NULL,
    lease bigint NOT NULL,
    started_at bigint NOT NULL,
    stopped_at bigint NULL
);

CREATE TABLE served_type (
    server bigint NOT NULL,
    type nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    payload_version int NOT NULL,
    plugin_version nvarchar(max) NOT NULL,
    digest nvarchar(max) NOT NULL,
    arguments_schema nvarchar(max) NOT NULL,
    description nvarchar(max) NOT NULL,
    PRIMARY KEY (server, type, payload_version)
);

CREATE TABLE definition (
    id bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    name nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL UNIQUE,
    source nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    applied_by nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    revision bigint NOT NULL,
    body nvarchar(max) NOT NULL,
    next_at bigint NULL,
    retired_at bigint NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE INDEX definition_due ON definition (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE job (
    id bigint NOT NULL PRIMARY KEY,
    lane bigint NOT NULL,
    order_key bigint NOT NULL,
    due_at bigint NULL,
    expires_at bigint NULL,
    nominal_at bigint NULL,
    server bigint NULL,
    lease bigint NOT NULL DEFAULT 0,
    cancel_requested_at bigint NULL,
    batch bigint NULL,
    definition bigint NULL,
    delay bigint NULL,
    policy bigint NOT NULL,
    creator bigint NULL,
    created_at bigint NOT NULL,
    enqueued_at bigint NULL,
    claimed_at bigint NULL,
    started_at bigint NULL,
    finished_at bigint NULL,
    payload_version int NOT NULL DEFAULT 1,
    priority int NOT NULL,
    attempt int NOT NULL DEFAULT 0,
    crashes int NOT NULL DEFAULT 0,
    recoveries int NOT NULL DEFAULT 0,
    interruptions int NOT NULL DEFAULT 0,
    warnings int NOT NULL DEFAULT 0,
    call_no int NULL,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 6),
    reason smallint NOT NULL DEFAULT 0,
    flags smallint NOT NULL DEFAULT 0,
    origin smallint NOT NULL DEFAULT 0,
    unique_slot nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL,
    unique_wanted nvarchar(64) COLLATE Latin1_General_100_BIN2 NULL,
    unique_window bigint NULL,
    limit_key nvarchar(201) COLLATE Latin1_General_100_BIN2 NULL,
    arguments nvarchar(max) NOT NULL,
    result nvarchar(max) NULL,
    CHECK (state <> 1 OR due_at IS NOT NULL),
    CHECK (state <> 2 OR enqueued_at IS NOT NULL),
    CHECK (state <> 3 OR (server IS NOT NULL AND claimed_at IS NOT NULL AND lease > 0)),
    CHECK ((state >= 4 AND finished_at IS NOT NULL) OR (state < 4 AND finished_at IS NULL))
);

CREATE INDEX job_ready ON job (lane, order_key, id) INCLUDE (state) WHERE state = 2;

CREATE INDEX job_running ON job (server) INCLUDE (state) WHERE state = 3;

-- With the policy, which says how long a job is kept.
CREATE INDEX job_finished ON job (state, finished_at, id) INCLUDE (policy) WHERE state >= 4;

CREATE INDEX job_due ON job (due_at, id) INCLUDE (state) WHERE state = 1;

CREATE UNIQUE INDEX job_unique_slot ON job (unique_slot) WHERE unique_slot IS NOT NULL;

-- In a unique index of SQL Server one NULL equals another, so rows with any of them stay out.
CREATE UNIQUE INDEX job_nominal ON job (definition, nominal_at, origin)
    WHERE nominal_at IS NOT NULL AND definition IS NOT NULL;

CREATE INDEX job_of_definition ON job (definition, finished_at) INCLUDE (state)
    WHERE definition IS NOT NULL AND state >= 4;

CREATE INDEX job_of_batch ON job (batch, state, id) WHERE batch IS NOT NULL;

CREATE INDEX job_parked ON job (limit_key, order_key, id) INCLUDE (state) WHERE state = 0 AND limit_key IS NOT NULL;

CREATE UNIQUE INDEX job_created_by ON job (creator, call_no) WHERE creator IS NOT NULL AND call_no IS NOT NULL;

CREATE TABLE job_event (
    id bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    job bigint NOT NULL,
    at bigint NOT NULL,
    cause smallint NOT NULL,
    attempt int NOT NULL,
    error_code nvarchar(max) NOT NULL,
    message nvarchar(max) NOT NULL,
    by_whom nvarchar(max) NOT NULL,
    detail nvarchar(max) NOT NULL
);

CREATE INDEX job_event_of_job ON job_event (job, id);

CREATE TABLE job_log (
    job bigint NOT NULL,
    lease bigint NOT NULL,
    number int NOT NULL,
    lines nvarchar(max) NOT NULL,
    PRIMARY KEY (job, lease, number)
);

-- How many jobs of a lane are in a state: the sum over all slots. Transactions that run side by side write to
-- different slots.
CREATE TABLE job_counter (
    slot bigint NOT NULL,
    lane bigint NOT NULL,
    state smallint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (slot, lane, state)
);
