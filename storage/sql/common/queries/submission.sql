-- name: identify
-- What stands behind ids: 1 for a batch, and 1 for one that was cancelled.
SELECT id, 0, 0 FROM job WHERE id ${in:ids}
UNION ALL
SELECT id, 1, CASE WHEN state = 5 OR cancel_requested_at IS NOT NULL THEN 1 ELSE 0 END
FROM batch
WHERE id ${in:ids};

-- name: job_existing
SELECT id, state FROM job WHERE id ${in:ids};

-- name: batch_insert
INSERT INTO batch (id, within_batch, name, state, members, unfinished, unsuccessful, is_unmet, created_at)
SELECT given.id, given.within_batch, given.name, given.state, given.members, given.members, 0, 0, CAST(:now AS bigint)
FROM ${rows: id bigint, within_batch bigint, name text, state smallint, members bigint}
WHERE NOT EXISTS (SELECT 1 FROM batch ${locked} WHERE batch.id = given.id)
${unless_there};

-- name: batch_existing
SELECT id FROM batch WHERE id ${in:ids};

-- name: tag_insert
INSERT INTO job_tag (job, tag)
SELECT given.job, given.tag
FROM ${rows: job bigint, tag text}
WHERE NOT EXISTS (SELECT 1 FROM job_tag ${locked} WHERE job_tag.job = given.job AND job_tag.tag = given.tag)
${unless_there};

-- name: job_insert_more
-- For jobs that have more than most. What may be there already was looked for before: this is for what another
-- transaction has put there since then.
INSERT INTO job (id, lane, payload_version, priority, order_key, state, reason, due_at, expires_at, nominal_at,
                 origin, definition, policy, arguments, created_at, enqueued_at, flags, batch, delay, creator,
                 unique_slot, unique_wanted, unique_window)
SELECT given.id, given.lane, given.payload_version, given.priority, given.order_key, given.state, given.reason,
       given.due_at, given.expires_at, given.nominal_at, given.origin, given.definition, given.policy, given.arguments,
       CAST(:now AS bigint), given.enqueued_at, given.flags, given.batch, given.delay, given.creator,
       given.unique_slot, given.unique_wanted, given.unique_window
FROM ${rows: id bigint, lane bigint, payload_version integer, priority integer, order_key bigint, state smallint,
             reason smallint, due_at bigint, expires_at bigint, nominal_at bigint, origin smallint, definition bigint,
             policy bigint, arguments text, enqueued_at bigint, flags smallint, batch bigint, delay bigint,
             creator bigint, unique_slot text, unique_wanted text, unique_window bigint}
WHERE NOT EXISTS (SELECT 1 FROM job ${locked} WHERE job.id = given.id)
${unless_there};

-- name: job_of_instants
SELECT job.id, job.definition, job.nominal_at, job.origin
FROM ${rows: definition bigint, nominal_at bigint, origin smallint}
JOIN job ON job.definition = given.definition AND job.nominal_at = given.nominal_at AND job.origin = given.origin
            AND job.nominal_at IS NOT NULL AND job.definition IS NOT NULL;

-- name: job_of_slot
SELECT id FROM job WHERE unique_slot = :slot AND unique_slot IS NOT NULL;

-- name: job_replace
-- A job that has never run and is held.
UPDATE job
SET arguments = :arguments, priority = :priority, policy = :policy
WHERE id = :id;

-- name: job_due_when_released
UPDATE job SET due_at = :due_at, delay = :delay, order_key = :order_key WHERE id = :id;

-- name: window_of_slot
SELECT job, until_at FROM unique_window ${locked} WHERE slot = :slot ${for_update};

-- name: window_delete
DELETE FROM unique_window WHERE slot = :slot;

-- name: window_insert
INSERT INTO unique_window (slot, job, until_at)
SELECT :slot, CAST(:job AS bigint), CAST(:until AS bigint)
WHERE NOT EXISTS (SELECT 1 FROM unique_window ${locked} WHERE slot = :slot)
${unless_there};

-- name: limit_names
SELECT name FROM job_limit;

-- name: limit_use_insert
INSERT INTO limit_use (job, position, limit_key, limit_name)
SELECT given.job, given.position, given.limit_key, given.limit_name
FROM ${rows: job bigint, position integer, limit_key text, limit_name text};
