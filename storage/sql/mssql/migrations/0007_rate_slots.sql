-- When to look whether a slot is free: the next one of a rate opens then. Nothing: nobody waits who could run.
ALTER TABLE limit_state ADD opens_at bigint NULL;

-- Of a sliding window: which runs lie in it.
CREATE INDEX limit_instant_of_window ON limit_instant (limit_key, at, number);

CREATE INDEX limit_state_opening ON limit_state (opens_at) WHERE opens_at IS NOT NULL;

-- Slots of rates used to be given for instants that were to come, to jobs that were scheduled for them (flag 8). These
-- jobs run then, and are counted then.
UPDATE job SET flags = flags - 8 WHERE state = 1 AND flags & 8 = 8;

UPDATE job SET flags = flags - 8 WHERE state = 2 AND flags & 8 = 8;

DELETE FROM limit_instant;

UPDATE limit_state
SET given_out = 0, instant = 0
WHERE limit_name IN (SELECT name FROM job_limit WHERE kind <> 0);

-- A limit may be removed while jobs need it.
DROP INDEX limit_use_of_limit ON limit_use;
