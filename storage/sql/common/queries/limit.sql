-- name: limit_use_of
-- What each job needs; 1: that is promised to it.
SELECT limit_use.job, limit_use.limit_key, CASE WHEN limit_promise.job IS NULL THEN 0 ELSE 1 END
FROM limit_use
LEFT JOIN limit_promise ON limit_promise.job = limit_use.job AND limit_promise.limit_key = limit_use.limit_key
WHERE limit_use.job ${in:ids}
ORDER BY limit_use.job, limit_use.position;

-- name: limit_promise_of
SELECT job, limit_key FROM limit_promise WHERE job ${in:ids};

-- name: limit_promise_insert
INSERT INTO limit_promise (job, limit_key)
SELECT given.job, given.limit_key
FROM ${rows: job bigint, limit_key text};

-- name: limit_promise_delete
DELETE FROM limit_promise WHERE job ${in:ids};

-- name: limit_promise_in_vain
-- Of jobs that cannot run: their queue is paused, or nobody serves their type there.
SELECT DISTINCT ${top:count} limit_promise.job
FROM limit_promise
JOIN job ON job.id = limit_promise.job
JOIN lane ON lane.id = job.lane
WHERE NOT (${could_run})
ORDER BY limit_promise.job
${limit:count};

-- name: limit_state_idle
-- Of no consequence any more: no slot is taken, nobody waits, and rates have been forgotten.
SELECT ${top:count} limit_key
FROM limit_state
WHERE taken = 0 AND opens_at IS NULL AND instant + window_length <= :now AND NOT ${is_awaited}
ORDER BY limit_key
${limit:count};

-- name: limit_instants_drop
DELETE FROM limit_instant WHERE limit_key = :key;

-- name: limit_state_drop
DELETE FROM limit_state WHERE limit_key = :key AND taken = 0 AND opens_at IS NULL;

-- name: limit_state_make
-- Of limits that there are.
INSERT INTO limit_state (limit_key, limit_name, taken, given_out, instant, kind, capacity, window_length)
SELECT given.limit_key, given.limit_name, 0, 0, 0, job_limit.kind, job_limit.capacity, job_limit.window_length
FROM ${rows: limit_key text, limit_name text}
JOIN job_limit ON job_limit.name = given.limit_name
WHERE NOT EXISTS (SELECT 1 FROM limit_state ${locked} WHERE limit_state.limit_key = given.limit_key)
${unless_there};

-- name: limit_state_hold
-- In the order of the keys, in which every transaction locks them.
SELECT limit_state.limit_key, limit_state.taken, limit_state.given_out, limit_state.instant, limit_state.opens_at,
       limit_state.kind, limit_state.capacity, limit_state.window_length
FROM ${rows: limit_key text}
JOIN limit_state ${locked} ON limit_state.limit_key = given.limit_key
ORDER BY limit_state.limit_key
${for_update};

-- name: limit_state_put
UPDATE limit_state
SET taken = given.taken, given_out = given.given_out, instant = given.instant, opens_at = given.opens_at
FROM ${rows: limit_key text, taken bigint, given_out bigint, instant bigint, opens_at bigint}
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

-- name: job_parked_first
-- Those that could run. 1: the job needs no slot of another key.
SELECT ${top:count} job.id, job.lane,
       CASE WHEN EXISTS (
                SELECT 1
                FROM limit_use
                WHERE limit_use.job = job.id AND limit_use.limit_key <> job.limit_key) THEN 0
            ELSE 1 END
FROM job
JOIN lane ON lane.id = job.lane
WHERE job.limit_key = :key AND job.limit_key IS NOT NULL AND job.state = 0
      AND ${could_run}
ORDER BY job.order_key, job.id
${limit:count};

-- name: limit_keys_after
-- With somebody who waits and could run: a slot lies free, or nobody has it in view when one opens. A look that lies
-- too far in the future was planned by a clock that has been set back.
SELECT ${top:count} limit_key
FROM limit_state
WHERE limit_key > :after
      AND (kind IS NULL OR kind = 0 AND taken < capacity
           OR kind > 0 AND (opens_at IS NULL OR opens_at <= :now OR opens_at > :now + 2 * window_length))
      AND EXISTS (
          SELECT 1
          FROM job
          JOIN lane ON lane.id = job.lane
          WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0
                AND ${could_run})
ORDER BY limit_key
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
