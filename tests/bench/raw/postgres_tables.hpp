// jobhost's tables as PostgreSQL has them, with the storage parameters that the design asks for.
#pragma once

#include <string_view>

namespace jobhost::bench {

// Widest columns first, so that nothing is lost to alignment; what is mostly null behind what is not.
inline constexpr std::string_view kPostgresTables = R"sql(
CREATE TABLE server (id integer PRIMARY KEY, state smallint NOT NULL);
INSERT INTO server (id, state) SELECT n, 1 FROM generate_series(1, 16) AS n;
CREATE TABLE job (
    id bigint NOT NULL,
    order_key bigint NOT NULL,
    created_at bigint NOT NULL,
    enqueued_at bigint,
    claimed_at bigint,
    started_at bigint,
    finished_at bigint,
    due_at bigint,
    expires_at bigint,
    nominal_at bigint,
    cancel_requested_at bigint,
    batch bigint,
    creator bigint,
    lane integer NOT NULL,
    policy integer NOT NULL,
    lease integer NOT NULL DEFAULT 0,
    warnings integer NOT NULL DEFAULT 0,
    server integer,
    definition integer,
    call_no integer,
    payload_version integer NOT NULL DEFAULT 1,
    priority integer NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 6),
    reason smallint NOT NULL DEFAULT 0,
    flags smallint NOT NULL DEFAULT 0,
    origin smallint NOT NULL DEFAULT 0,
    attempt smallint NOT NULL DEFAULT 0,
    crashes smallint NOT NULL DEFAULT 0,
    recoveries smallint NOT NULL DEFAULT 0,
    interruptions smallint NOT NULL DEFAULT 0,
    unique_slot bytea,
    limit_key text,
    arguments text NOT NULL,
    result text,
    CHECK (state <> 1 OR due_at IS NOT NULL),
    CHECK (state <> 2 OR enqueued_at IS NOT NULL),
    CHECK (state <> 3 OR (server IS NOT NULL AND claimed_at IS NOT NULL AND lease > 0)),
    CHECK ((state >= 4) = (finished_at IS NOT NULL)),
    PRIMARY KEY (id)
) WITH (toast_tuple_target = 512, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX job_ready ON job (lane, order_key, id) WHERE state = 2;
CREATE INDEX job_running ON job (server) WHERE state = 3;
CREATE INDEX job_finished ON job (state, finished_at, id) WHERE state >= 4;
CREATE INDEX job_due ON job (due_at) WHERE state = 1;
CREATE UNIQUE INDEX job_unique_slot ON job (unique_slot) WHERE unique_slot IS NOT NULL;
CREATE UNIQUE INDEX job_nominal ON job (definition, nominal_at, origin) WHERE nominal_at IS NOT NULL;
CREATE INDEX job_of_definition ON job (definition, finished_at) WHERE definition IS NOT NULL AND state >= 4;
CREATE INDEX job_of_batch ON job (batch, state) WHERE batch IS NOT NULL;
CREATE INDEX job_parked ON job (limit_key, order_key) WHERE state = 0 AND limit_key IS NOT NULL;
CREATE UNIQUE INDEX job_created_by ON job (creator, call_no) WHERE creator IS NOT NULL;
)sql";

// For Tables::with_history. A finished job is found by its id and listed by its end, as in one table.
inline constexpr std::string_view kPostgresHistory = R"sql(
DROP INDEX job_finished;
DROP INDEX job_of_definition;
CREATE TABLE job_history (
    LIKE job INCLUDING DEFAULTS,
    CHECK (state >= 4 AND finished_at IS NOT NULL),
    PRIMARY KEY (id)
) WITH (toast_tuple_target = 512);
CREATE INDEX job_history_finished ON job_history (state, finished_at, id);
CREATE INDEX job_history_of_definition ON job_history (definition, finished_at) WHERE definition IS NOT NULL;
CREATE INDEX job_history_of_batch ON job_history (batch, state) WHERE batch IS NOT NULL;
)sql";

}  // namespace jobhost::bench
