// jobhost's tables as SQLite has them.
#pragma once

namespace jobhost::bench {

inline constexpr const char* kSqliteTables = R"sql(
CREATE TABLE server (id INTEGER PRIMARY KEY, state INTEGER NOT NULL) STRICT;
INSERT INTO server (id, state) VALUES (1, 1);
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
    policy INTEGER NOT NULL,
    creator INTEGER,
    call_no INTEGER,
    unique_slot BLOB,
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
CREATE INDEX job_due ON job (due_at) WHERE state = 1;
CREATE UNIQUE INDEX job_unique_slot ON job (unique_slot) WHERE unique_slot IS NOT NULL;
CREATE UNIQUE INDEX job_nominal ON job (definition, nominal_at, origin) WHERE nominal_at IS NOT NULL;
CREATE INDEX job_of_definition ON job (definition, finished_at) WHERE definition IS NOT NULL AND state >= 4;
CREATE INDEX job_of_batch ON job (batch, state) WHERE batch IS NOT NULL;
CREATE INDEX job_parked ON job (limit_key, order_key) WHERE state = 0 AND limit_key IS NOT NULL;
CREATE UNIQUE INDEX job_created_by ON job (creator, call_no) WHERE creator IS NOT NULL;
)sql";

// For Tables::with_history; the history itself has the columns of job.
inline constexpr const char* kSqliteHistoryIndexes = R"sql(
DROP INDEX job_finished;
DROP INDEX job_of_definition;
CREATE INDEX job_history_finished ON job_history (state, finished_at, id);
CREATE INDEX job_history_of_definition ON job_history (definition, finished_at) WHERE definition IS NOT NULL;
CREATE INDEX job_history_of_batch ON job_history (batch, state) WHERE batch IS NOT NULL;
)sql";

}  // namespace jobhost::bench
