-- name: limit_list
SELECT name, kind, capacity, window_length FROM job_limit ORDER BY name;

-- name: limit_use_of
SELECT job, limit_key, limit_name, is_held FROM limit_use WHERE job ${in:ids} ORDER BY job, position;

-- name: limit_use_put
UPDATE limit_use
SET is_held = given.is_held
FROM ${rows: job bigint, limit_key text, is_held smallint}
WHERE limit_use.job = given.job AND limit_use.limit_key = given.limit_key;

-- name: limit_state_idle
-- Of no consequence any more: no slot is taken, nobody waits, and rates have been forgotten.
SELECT ${top:count} limit_key
FROM limit_state
WHERE taken = 0
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
DELETE FROM limit_state WHERE limit_key = :key AND taken = 0;

-- name: limit_state_make
INSERT INTO limit_state (limit_key, limit_name, taken, given_out, instant)
SELECT given.limit_key, given.limit_name, 0, 0, 0
FROM ${rows: limit_key text, limit_name text}
WHERE NOT EXISTS (SELECT 1 FROM limit_state ${locked} WHERE limit_state.limit_key = given.limit_key)
${unless_there};

-- name: limit_state_hold
-- In the order of the keys, in which every transaction locks them.
SELECT limit_state.limit_key, limit_state.taken, limit_state.given_out, limit_state.instant,
       (SELECT kind FROM job_limit WHERE name = limit_state.limit_name),
       (SELECT capacity FROM job_limit WHERE name = limit_state.limit_name),
       (SELECT window_length FROM job_limit WHERE name = limit_state.limit_name)
FROM ${rows: limit_key text}
JOIN limit_state ${locked} ON limit_state.limit_key = given.limit_key
ORDER BY limit_state.limit_key
${for_update};

-- name: limit_state_put
UPDATE limit_state
SET taken = given.taken, given_out = given.given_out, instant = given.instant
FROM ${rows: limit_key text, taken bigint, given_out bigint, instant bigint}
WHERE limit_state.limit_key = given.limit_key;

-- name: limit_instant
SELECT at FROM limit_instant WHERE limit_key = :key AND number = :number;

-- name: limit_instant_delete
-- As many stay as count.
DELETE FROM limit_instant WHERE limit_key = :key AND number <= :last;

-- name: limit_instant_insert
INSERT INTO limit_instant (limit_key, number, at) VALUES (:key, :number, :at);

-- name: job_parked_first
-- Those that could run: their queue is not paused, and somebody serves their type.
SELECT ${top:count} job.id, job.lane
FROM job
JOIN lane ON lane.id = job.lane
WHERE job.limit_key = :key AND job.limit_key IS NOT NULL AND job.state = 0
      AND NOT EXISTS (
          SELECT 1
          FROM queue
          WHERE queue.name = lane.queue AND queue.paused_at IS NOT NULL
                AND (queue.paused_until IS NULL OR queue.paused_until > :now))
      AND EXISTS (
          SELECT 1
          FROM server
          JOIN served_type ON served_type.server = server.id
          WHERE server.state = 1 AND served_type.type = lane.type
                AND served_type.payload_version = lane.payload_version)
ORDER BY job.order_key, job.id
${limit:count};

-- name: limit_keys_after
-- With somebody who waits.
SELECT ${top:count} limit_key
FROM limit_state
WHERE limit_key > :after
      AND EXISTS (
          SELECT 1
          FROM job
          WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0)
ORDER BY limit_key
${limit:count};

-- name: job_unflag
UPDATE job SET flags = flags - (flags & :flag) WHERE id ${in:ids};

-- name: job_unpark
-- Back to its place in its queue, if it is parked still.
UPDATE job
SET state = 2, reason = 0, limit_key = NULL
WHERE id ${in:ids} AND state = 0 AND limit_key IS NOT NULL;

-- name: job_park
-- Claimed and turned away in one transaction, as below.
UPDATE job
SET state = 0, reason = :reason, limit_key = given.limit_key, attempt = job.attempt - 1, server = NULL, claimed_at = NULL
FROM ${rows: id bigint, limit_key text}
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

-- name: limit_delete
DELETE FROM job_limit WHERE name = :name;

-- name: limit_instant_forget
-- Before limit_state_delete.
DELETE FROM limit_instant WHERE limit_key IN (SELECT limit_key FROM limit_state WHERE limit_name = :name);

-- name: limit_state_delete
DELETE FROM limit_state WHERE limit_name = :name;

-- name: limit_users
-- Jobs that may still come for a slot.
SELECT ${top:count} limit_use.job
FROM limit_use
JOIN job ON job.id = limit_use.job
WHERE limit_use.limit_name = :name AND job.state < 4
${limit:count};

-- name: limit_usage
SELECT limit_name, CAST(COUNT(*) AS bigint), CAST(SUM(taken) AS bigint)
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
