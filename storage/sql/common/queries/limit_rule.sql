-- name: limit_list
SELECT name, kind, capacity, window_length FROM job_limit ORDER BY name;

-- name: limit_find
SELECT kind, capacity, window_length FROM job_limit WHERE name = :name;

-- name: limit_insert
INSERT INTO job_limit (name, kind, capacity, window_length)
SELECT :name, CAST(:kind AS smallint), CAST(:capacity AS bigint), CAST(:window AS bigint)
WHERE NOT EXISTS (SELECT 1 FROM job_limit ${locked} WHERE name = :name)
${unless_there};

-- name: limit_look_again
UPDATE limit_state
SET opens_at = :now
WHERE limit_name = :name AND ${is_awaited};

-- name: limit_change
UPDATE job_limit SET capacity = :capacity, window_length = :window WHERE name = :name;

-- name: limit_state_change
UPDATE limit_state SET kind = :kind, capacity = :capacity, window_length = :window WHERE limit_name = :name;

-- name: limit_state_add
-- Of a new limit that runs need already.
INSERT INTO limit_state (limit_key, limit_name, taken, given_out, instant, kind, capacity, window_length)
SELECT DISTINCT limit_use.limit_key, limit_use.limit_name, 0, 0, 0, CAST(:kind AS smallint), CAST(:capacity AS bigint),
       CAST(:window AS bigint)
FROM job
JOIN limit_use ON limit_use.job = job.id
WHERE job.state = 3 AND limit_use.limit_name = :name
      AND NOT EXISTS (SELECT 1 FROM limit_state WHERE limit_state.limit_key = limit_use.limit_key);

-- name: limit_state_count
-- How many runs hold slots of a limit that has become one of concurrent runs.
UPDATE limit_state
SET taken = (SELECT COUNT(*)
             FROM job
             JOIN limit_use ON limit_use.job = job.id
             WHERE job.state = 3 AND limit_use.limit_key = limit_state.limit_key)
WHERE limit_name = :name;

-- name: limit_bucket_change
-- As many slots stay used up, and come back at the new rate.
UPDATE limit_state
SET instant = :now + :step * CASE WHEN (instant - :now + :old_step - 1) / :old_step > :capacity THEN :capacity
                                  ELSE (instant - :now + :old_step - 1) / :old_step END
WHERE limit_name = :name AND instant > :now;

-- name: limit_delete
DELETE FROM job_limit WHERE name = :name;

-- name: limit_instant_forget
-- Before limit_state_forget.
DELETE FROM limit_instant WHERE limit_key IN (SELECT limit_key FROM limit_state WHERE limit_name = :name);

-- name: limit_promise_forget
DELETE FROM limit_promise
WHERE limit_key IN (SELECT limit_state.limit_key FROM limit_state WHERE limit_state.limit_name = :name);

-- name: limit_promise_of_parked
-- Who keeps slots while it waits for one of this limit.
SELECT DISTINCT limit_promise.job
FROM limit_state
JOIN job ON job.limit_key = limit_state.limit_key
JOIN limit_promise ON limit_promise.job = job.id
WHERE limit_state.limit_name = :name AND job.limit_key IS NOT NULL AND job.state = 0
ORDER BY limit_promise.job;

-- name: limit_state_forget
DELETE FROM limit_state
WHERE limit_name = :name AND NOT ${is_awaited};

-- name: limit_state_reset
-- Whoever waits goes on without it.
UPDATE limit_state
SET kind = NULL, capacity = 0, window_length = 0, taken = 0, given_out = 0, instant = 0, opens_at = :now
WHERE limit_name = :name;

-- name: limit_usage
SELECT limit_name, CAST(COUNT(*) AS bigint), CAST(SUM(taken) AS bigint), MIN(opens_at)
FROM limit_state
WHERE limit_name = :name AND (taken > 0 OR ${is_awaited})
GROUP BY limit_name;

-- name: limit_parked
SELECT CAST(COUNT(*) AS bigint)
FROM limit_state
JOIN job ON job.limit_key = limit_state.limit_key
WHERE limit_state.limit_name = :name AND job.limit_key IS NOT NULL AND job.state = 0;

-- name: limit_key_list
SELECT ${top:count} limit_key, taken, opens_at
FROM limit_state
WHERE limit_name = :name AND (taken > 0 OR ${is_awaited})
ORDER BY limit_key
${limit:count};

-- name: limit_key_find
SELECT limit_key, taken, opens_at FROM limit_state WHERE limit_key = :key;

-- name: limit_key_parked
SELECT CAST(COUNT(*) AS bigint) FROM job WHERE limit_key = :key AND limit_key IS NOT NULL AND state = 0;
