-- A paused definition has no next instant, or one that is not before the end of its pause.
ALTER TABLE definition ADD paused_at bigint NULL;
ALTER TABLE definition ADD paused_until bigint NULL;
ALTER TABLE definition ADD paused_by nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT '';
ALTER TABLE definition ADD pause_reason nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT '';

-- The latest stretch of instants that got no run, as no host was there in time: its first and its last one.
ALTER TABLE definition ADD missed_first bigint NULL;
ALTER TABLE definition ADD missed_last bigint NULL;

-- Who lays a large batch ready for the next instant (a number of its own), and until when nobody else does.
ALTER TABLE definition ADD stager bigint NULL;
ALTER TABLE definition ADD staging_server bigint NULL;
ALTER TABLE definition ADD staged_until bigint NULL;

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
CREATE INDEX job_open_run ON job (definition, nominal_at) INCLUDE (origin, state)
WHERE definition IS NOT NULL AND origin = 1 AND state < 4;

ALTER TABLE command ADD definition nvarchar(200) COLLATE Latin1_General_100_BIN2 NULL;
