-- name: limit_state_make
-- Differs because: who changes the limit does not see the new row before it is there for all, so that he waits for this
-- transaction, or this one for him.
INSERT INTO limit_state (limit_key, limit_name, taken, given_out, instant)
SELECT given.limit_key, given.limit_name, 0, 0, 0
FROM ${rows: limit_key text, limit_name text}
WHERE NOT EXISTS (SELECT 1 FROM limit_state WITH (UPDLOCK, HOLDLOCK) WHERE limit_state.limit_key = given.limit_key)
      AND (SELECT COUNT(*) FROM job_limit WITH (ROWLOCK, HOLDLOCK) WHERE job_limit.name = given.limit_name) >= 0;
