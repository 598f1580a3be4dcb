-- A paused definition has no next instant, or one that is not before the end of its pause.
ALTER TABLE definition ADD COLUMN paused_at bigint;
ALTER TABLE definition ADD COLUMN paused_until bigint;
ALTER TABLE definition ADD COLUMN paused_by text NOT NULL DEFAULT '';
ALTER TABLE definition ADD COLUMN pause_reason text NOT NULL DEFAULT '';

-- The latest stretch of instants that got no run, as no host was there in time: its first and its last one.
ALTER TABLE definition ADD COLUMN missed_first bigint;
ALTER TABLE definition ADD COLUMN missed_last bigint;

-- Raised by each change of a definition, so that hosts need not read all of them to know that none has changed.
CREATE TABLE definition_change (
    id bigint NOT NULL PRIMARY KEY,
    number bigint NOT NULL
);

INSERT INTO definition_change (id, number) VALUES (1, 1);

-- The runs of a definition that are not final, made by its schedule.
CREATE INDEX job_open_run ON job (definition, nominal_at) WHERE definition IS NOT NULL AND origin = 1 AND state < 4;

ALTER TABLE command ADD COLUMN definition text;
