-- name: job_hold
SELECT id, lane, state, reason, flags, batch, due_at, delay, priority, order_key, attempt, started_at,
       cancel_requested_at
FROM job ${locked}
WHERE id ${in:ids}
ORDER BY id
${for_update};

-- name: job_put
-- Of jobs that this transaction holds: what their state says anew. What is final keeps no key to itself.
UPDATE job
SET state = given.state, reason = given.reason, due_at = given.due_at, order_key = given.order_key,
    enqueued_at = COALESCE(given.enqueued_at, job.enqueued_at), finished_at = given.finished_at,
    limit_key = given.limit_key,
    unique_slot = CASE WHEN given.state >= 4 THEN NULL ELSE unique_slot END
FROM ${rows: id bigint, state smallint, reason smallint, due_at bigint, order_key bigint, enqueued_at bigint,
             finished_at bigint, limit_key text}
WHERE job.id = given.id;

-- name: job_flag
-- Of jobs that are held.
UPDATE job SET flags = flags | :flag WHERE id ${in:ids} AND (flags & :flag) = 0;

-- name: job_batches
SELECT id, batch FROM job WHERE id ${in:ids} AND batch IS NOT NULL;

-- name: job_results
SELECT id, result FROM job WHERE id ${in:ids} AND result IS NOT NULL;

-- name: job_free_key
UPDATE job SET unique_slot = NULL WHERE id ${in:ids};
