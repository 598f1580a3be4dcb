-- Jobs and what they refer to. Instants are microseconds since 1970 UTC. State numbers: 0 awaiting, 1 scheduled,
-- 2 enqueued, 3 processing, 4 succeeded, 5 failed, 6 deleted. An ordinary job has the primary key and at any time
-- one entry in job_ready, job_running or job_finished; every other index holds only the rows that need it. Names
-- compare by their bytes, as on every other database.

CREATE TABLE setting (
    name text COLLATE "C" PRIMARY KEY,
    value bigint NOT NULL
);

-- What one point of priority is worth, in microseconds of waiting.
INSERT INTO setting (name, value) VALUES ('ageing', 1000000);

CREATE TABLE id_block (
    name text COLLATE "C" PRIMARY KEY,
    next bigint NOT NULL
);

INSERT INTO id_block (name, next) VALUES ('job', 1);

CREATE TABLE lane (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    payload_version integer NOT NULL,
    direct smallint NOT NULL DEFAULT 0,
    UNIQUE (queue, type, payload_version, direct)
);

CREATE TABLE policy (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text COLLATE "C" NOT NULL UNIQUE,
    body text NOT NULL
);

CREATE TABLE server (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incarnation text COLLATE "C" NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    application text COLLATE "C" NOT NULL,
    host_name text COLLATE "C" NOT NULL,
    pid bigint NOT NULL,
    workers integer NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 3),
    beat bigint NOT NULL,
    lease bigint NOT NULL,
    started_at bigint NOT NULL,
    stopped_at bigint
);

CREATE TABLE served_type (
    server bigint NOT NULL,
    type text COLLATE "C" NOT NULL,
    payload_version integer NOT NULL,
    plugin_version text NOT NULL,
    digest text NOT NULL,
    arguments_schema text NOT NULL,
    description text NOT NULL,
    PRIMARY KEY (server, type, payload_version)
);

CREATE TABLE definition (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    source text COLLATE "C" NOT NULL,
    applied_by text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    next_at bigint,
    retired_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE INDEX definition_due ON definition (next_at) WHERE next_at IS NOT NULL;

-- A job's row is written three times in its life: room is left beside it, and dead rows go soon. Long arguments lie
-- apart, so that the pages hold many jobs.
CREATE TABLE job (
    id bigint PRIMARY KEY,
    lane bigint NOT NULL,
    order_key bigint NOT NULL,
    due_at bigint,
    expires_at bigint,
    nominal_at bigint,
    server bigint,
    lease bigint NOT NULL DEFAULT 0,
    cancel_requested_at bigint,
    batch bigint,
    definition bigint,
    delay bigint,
    policy bigint NOT NULL,
    creator bigint,
    created_at bigint NOT NULL,
    enqueued_at bigint,
    claimed_at bigint,
    started_at bigint,
    finished_at bigint,
    payload_version integer NOT NULL DEFAULT 1,
    priority integer NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    crashes integer NOT NULL DEFAULT 0,
    recoveries integer NOT NULL DEFAULT 0,
    interruptions integer NOT NULL DEFAULT 0,
    warnings integer NOT NULL DEFAULT 0,
    call_no integer,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 6),
    reason smallint NOT NULL DEFAULT 0,
    flags smallint NOT NULL DEFAULT 0,
    origin smallint NOT NULL DEFAULT 0,
    unique_slot text COLLATE "C",
    unique_wanted text COLLATE "C",
    unique_window bigint,
    limit_key text COLLATE "C",
    arguments text NOT NULL,
    result text,
    CHECK (state <> 1 OR due_at IS NOT NULL),
    CHECK (state <> 2 OR enqueued_at IS NOT NULL),
    CHECK (state <> 3 OR (server IS NOT NULL AND claimed_at IS NOT NULL AND lease > 0)),
    CHECK ((state >= 4) = (finished_at IS NOT NULL))
) WITH (toast_tuple_target = 512, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_insert_scale_factor = 0.0, autovacuum_vacuum_insert_threshold = 100000,
        autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

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
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job bigint NOT NULL,
    at bigint NOT NULL,
    cause smallint NOT NULL,
    attempt integer NOT NULL,
    error_code text NOT NULL,
    message text NOT NULL,
    by_whom text NOT NULL,
    detail text NOT NULL
);

CREATE INDEX job_event_of_job ON job_event (job, id);

CREATE TABLE job_log (
    job bigint NOT NULL,
    lease bigint NOT NULL,
    number integer NOT NULL,
    lines text NOT NULL,
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
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
