-- name: limit_list
SELECT name, kind, capacity, window_length FROM job_limit ORDER BY name;

-- name: limit_use_of
SELECT job, limit_key, is_held, (SELECT kind FROM job_limit WHERE name = limit_use.limit_name)
FROM limit_use
WHERE job ${in:ids}
ORDER BY job, position;

-- name: limit_use_put
UPDATE limit_use
SET is_held = given.is_held
FROM ${rows: job bigint, limit_key text, is_held smallint}
WHERE limit_use.job = given.job AND limit_use.limit_key = given.limit_key;

-- name: limit_state_idle
-- Of no consequence any more: no slot is taken, nobody waits, and rates have been forgotten.
SELECT ${top:count} limit_key
FROM limit_state
WHERE taken = 0 AND opens_at IS NULL
      AND instant + COALESCE((SELECT window_length FROM job_limit WHERE name = limit_state.limit_name), 0) <= :now
      AND NOT EXISTS (
          SELECT 1
          FROM job
          WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0)
ORDER BY limit_key
${limit:count};

-- name: limit_instants_drop
DELETE FROM limit_instant WHERE limit_key = :key;

-- name: limit_state_drop
DELETE FROM limit_state WHERE limit_key = :key AND taken = 0 AND opens_at IS NULL;

-- name: limit_state_make
INSERT INTO limit_state (limit_key, limit_name, taken, given_out, instant)
SELECT given.limit_key, given.limit_name, 0, 0, 0
FROM ${rows: limit_key text, limit_name text}
WHERE NOT EXISTS (SELECT 1 FROM limit_state ${locked} WHERE limit_state.limit_key = given.limit_key)
${unless_there};

-- name: limit_state_hold
-- In the order of the keys, in which every transaction locks them.
SELECT limit_state.limit_key, limit_state.taken, limit_state.given_out, limit_state.instant, limit_state.opens_at,
       (SELECT kind FROM job_limit WHERE name = limit_state.limit_name),
       (SELECT capacity FROM job_limit WHERE name = limit_state.limit_name),
       (SELECT window_length FROM job_limit WHERE name = limit_state.limit_name)
FROM ${rows: limit_key text}
JOIN limit_state ${locked} ON limit_state.limit_key = given.limit_key
ORDER BY limit_state.limit_key
${for_update};

-- name: limit_state_put
-- If the limit has changed since it was read, it is looked at again at once.
UPDATE limit_state
SET taken = given.taken, given_out = given.given_out, instant = given.instant,
    opens_at = CASE WHEN given.opens_at IS NULL
                         OR EXISTS (
                             SELECT 1
                             FROM job_limit
                             WHERE job_limit.name = limit_state.limit_name AND job_limit.capacity = given.capacity
                                   AND job_limit.window_length = given.window_length) THEN given.opens_at
                    ELSE CAST(:now AS bigint) END
FROM ${rows: limit_key text, taken bigint, given_out bigint, instant bigint, opens_at bigint, capacity bigint,
             window_length bigint}
WHERE limit_state.limit_key = given.limit_key;

-- name: limit_instant
SELECT at FROM limit_instant WHERE limit_key = :key AND number = :number;

-- name: limit_instant_first
-- Later numbers have later instants.
SELECT ${top:count} number
FROM limit_instant
WHERE limit_key = :key AND at > :after
ORDER BY at, number
${limit:count};

-- name: limit_instant_set_back
UPDATE limit_instant SET at = :now WHERE limit_key = :key AND at > :now;

-- name: limit_instant_delete
DELETE FROM limit_instant WHERE limit_key = :key AND number < :first;

-- name: limit_instant_insert
INSERT INTO limit_instant (limit_key, number, at)
SELECT given.limit_key, given.number, given.at
FROM ${rows: limit_key text, number bigint, at bigint};

-- name: limit_due
-- For which somebody waits, and of which it is time to look for free slots.
SELECT ${top:count} limit_key
FROM limit_state
WHERE opens_at <= :now AND opens_at IS NOT NULL
ORDER BY opens_at, limit_key
${limit:count};

-- name: limit_states_hold
-- Of all keys that there are. Whoever has parked a job for one of them has ended then, and what follows sees that.
SELECT limit_key FROM limit_state ${locked} WHERE limit_name = :name ORDER BY limit_key ${for_update};

-- name: limit_look_again
UPDATE limit_state
SET opens_at = :now
WHERE limit_name = :name
      AND EXISTS (
          SELECT 1
          FROM job
          WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0);

-- name: job_parked_first
-- Those that could run: their queue is not paused, and somebody serves their type.
SELECT ${top:count} job.id, job.lane
FROM job
JOIN lane ON lane.id = job.lane
WHERE job.limit_key = :key AND job.limit_key IS NOT NULL AND job.state = 0
      AND ${could_run}
ORDER BY job.order_key, job.id
${limit:count};

-- name: limit_keys_after
-- With somebody who waits and could run: a slot lies free, or nobody has it in view when one opens. A look that lies
-- too far in the future was planned by a clock that has been set back.
SELECT ${top:count} limit_state.limit_key
FROM limit_state
LEFT JOIN job_limit ON job_limit.name = limit_state.limit_name
WHERE limit_state.limit_key > :after
      AND (COALESCE(job_limit.kind, 0) <> 0 OR limit_state.taken < COALESCE(job_limit.capacity, 1000000))
      AND (COALESCE(job_limit.kind, 0) = 0 OR limit_state.opens_at IS NULL OR limit_state.opens_at <= :now
           OR limit_state.opens_at > :now + 2 * job_limit.window_length)
      AND EXISTS (
          SELECT 1
          FROM job
          JOIN lane ON lane.id = job.lane
          WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0
                AND ${could_run})
ORDER BY limit_state.limit_key
${limit:count};

-- name: job_unpark
-- Back to its place in its queue, if it is parked still. The + keeps databases from looking at all that are parked there.
UPDATE job
SET state = 2, reason = 0, limit_key = NULL
WHERE id ${in:ids} AND state + 0 = 0 AND limit_key = :key;

-- name: job_park
-- Claimed and turned away in one transaction, as below.
UPDATE job
SET state = 0, reason = given.reason, limit_key = given.limit_key, attempt = job.attempt - 1, server = NULL,
    claimed_at = NULL
FROM ${rows: id bigint, reason smallint, limit_key text}
WHERE job.id = given.id;

-- name: job_unclaim
-- Claimed and turned away in one transaction: the attempt did not count. The lease stays raised.
UPDATE job SET attempt = attempt - 1, server = NULL, claimed_at = NULL WHERE id ${in:ids};

-- name: limit_find
SELECT kind, capacity, window_length FROM job_limit WHERE name = :name;

-- name: limit_insert
INSERT INTO job_limit (name, kind, capacity, window_length)
SELECT :name, CAST(:kind AS smallint), CAST(:capacity AS bigint), CAST(:window AS bigint)
WHERE NOT EXISTS (SELECT 1 FROM job_limit ${locked} WHERE name = :name)
${unless_there};

-- name: limit_change
UPDATE job_limit SET capacity = :capacity, window_length = :window WHERE name = :name;

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

-- name: limit_state_forget
DELETE FROM limit_state
WHERE limit_name = :name AND taken = 0
      AND NOT EXISTS (
          SELECT 1
          FROM job
          WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0);

-- name: limit_state_reset
UPDATE limit_state SET given_out = 0, instant = 0, opens_at = :now WHERE limit_name = :name;

-- name: limit_usage
SELECT limit_name, CAST(COUNT(*) AS bigint), CAST(SUM(taken) AS bigint), MIN(opens_at)
FROM limit_state
WHERE limit_name = :name
      AND (taken > 0
           OR EXISTS (
               SELECT 1
               FROM job
               WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0))
GROUP BY limit_name;

-- name: limit_parked
SELECT CAST(COUNT(*) AS bigint)
FROM limit_state
JOIN job ON job.limit_key = limit_state.limit_key
WHERE limit_state.limit_name = :name AND job.limit_key IS NOT NULL AND job.state = 0;

-- name: limit_key_list
SELECT ${top:count} limit_key, taken, opens_at
FROM limit_state
WHERE limit_name = :name
      AND (taken > 0
           OR EXISTS (
               SELECT 1
               FROM job
               WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0))
ORDER BY limit_key
${limit:count};

-- name: limit_key_find
SELECT limit_key, taken, opens_at FROM limit_state WHERE limit_key = :key;

-- name: limit_key_parked
SELECT CAST(COUNT(*) AS bigint) FROM job WHERE limit_key = :key AND limit_key IS NOT NULL AND state = 0;
