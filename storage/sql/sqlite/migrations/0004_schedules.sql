-- A paused definition has no next instant, or one that is not before the end of its pause.
ALTER TABLE definition ADD COLUMN paused_at INTEGER;
ALTER TABLE definition ADD COLUMN paused_until INTEGER;
ALTER TABLE definition ADD COLUMN paused_by TEXT NOT NULL DEFAULT '';
ALTER TABLE definition ADD COLUMN pause_reason TEXT NOT NULL DEFAULT '';

-- The latest stretch of instants that got no run, as no host was there in time: its first and its last one.
ALTER TABLE definition ADD COLUMN missed_first INTEGER;
ALTER TABLE definition ADD COLUMN missed_last INTEGER;

-- Who lays a large batch ready for the next instant (a number of its own), and until when nobody else does.
ALTER TABLE definition ADD COLUMN stager INTEGER;
ALTER TABLE definition ADD COLUMN staging_server INTEGER;
ALTER TABLE definition ADD COLUMN staged_until INTEGER;

-- The instants for which a backfill has handed in a batch that is still there. Jobs know their instant themselves.
CREATE TABLE batch_instant (
    definition INTEGER NOT NULL,
    nominal_at INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    PRIMARY KEY (definition, nominal_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX batch_instant_of_batch ON batch_instant (batch);

-- Raised by each change of a definition, so that hosts need not read all of them to know that none has changed.
CREATE TABLE definition_change (
    id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL
);

INSERT INTO definition_change (id, number) VALUES (1, 1);

-- The runs of a definition that are not final, made by its schedule.
CREATE INDEX job_open_run ON job (definition, nominal_at) WHERE definition IS NOT NULL AND origin = 1 AND state < 4;

ALTER TABLE command ADD COLUMN definition TEXT;
