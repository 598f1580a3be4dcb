-- A paused definition has no next instant, or one that is not before the end of its pause.
ALTER TABLE definition ADD COLUMN paused_at bigint;
ALTER TABLE definition ADD COLUMN paused_until bigint;
ALTER TABLE definition ADD COLUMN paused_by text NOT NULL DEFAULT '';
ALTER TABLE definition ADD COLUMN pause_reason text NOT NULL DEFAULT '';

-- The latest stretch of instants that got no run, as no host was there in time: its first and its last one.
ALTER TABLE definition ADD COLUMN missed_first bigint;
ALTER TABLE definition ADD COLUMN missed_last bigint;

-- Who lays a large batch ready for the next instant (a number of its own), and until when nobody else does.
ALTER TABLE definition ADD COLUMN stager bigint;
ALTER TABLE definition ADD COLUMN staging_server bigint;
ALTER TABLE definition ADD COLUMN staged_until bigint;

-- The instants for which a backfill has handed in a batch that is still there. Jobs know their instant themselves.
CREATE TABLE batch_instant (
    definition bigint NOT NULL,
    nominal_at bigint NOT NULL,
    batch bigint NOT NULL,
    PRIMARY KEY (definition, nominal_at)
);

CREATE INDEX batch_instant_of_batch ON batch_instant (batch);

-- Raised by each change of a definition, so that hosts need not read all of them to know that none has changed.
CREATE TABLE definition_change (
    id bigint NOT NULL PRIMARY KEY,
    number bigint NOT NULL
);

INSERT INTO definition_change (id, number) VALUES (1, 1);

-- The runs of a definition that are not final, made by its schedule.
CREATE INDEX job_open_run ON job (definition, nominal_at) WHERE definition IS NOT NULL AND origin = 1 AND state < 4;

ALTER TABLE command ADD COLUMN definition text;
