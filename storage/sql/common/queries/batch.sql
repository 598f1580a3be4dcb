-- name: job_members
-- In the order of job_of_batch.
SELECT ${top:count} id FROM job WHERE batch = :batch AND state = :state AND id > :after ORDER BY id ${limit:count};

-- name: job_members_waiting
-- For the start of their batch, and for nothing else.
SELECT ${top:count} id
FROM job
WHERE batch = :batch AND batch IS NOT NULL AND state = 0 AND reason IN (10, 11)
      AND NOT EXISTS (SELECT 1 FROM job_edge WHERE job_edge.child = job.id AND job_edge.met = 2)
ORDER BY id
${limit:count};

-- name: job_members_unmet
-- Those that were deleted with their batch, and not for what they themselves waited for.
SELECT ${top:count} id
FROM job
WHERE batch = :batch AND state = 6 AND reason = 63
      AND NOT EXISTS (SELECT 1 FROM job_edge WHERE job_edge.child = job.id AND job_edge.met = 0)
ORDER BY id
${limit:count};

-- name: job_members_unmet_count
SELECT CAST(COUNT(*) AS bigint)
FROM job
WHERE batch = :batch AND state = 6 AND reason = 63
      AND NOT EXISTS (SELECT 1 FROM job_edge WHERE job_edge.child = job.id AND job_edge.met = 0);

-- name: job_cancel_running_members
UPDATE job
SET cancel_requested_at = :now
WHERE batch = :batch AND state = 3 AND cancel_requested_at IS NULL;

-- name: batch_hold
-- From the innermost.
SELECT id, within_batch, state, members, unfinished, unsuccessful, cancel_requested_at, is_unmet, finished_at
FROM batch ${locked}
WHERE id ${in:ids}
ORDER BY id DESC
${for_update};

-- name: batch_put
-- Of batches that this transaction holds.
UPDATE batch
SET state = given.state, members = given.members, unfinished = given.unfinished, unsuccessful = given.unsuccessful,
    cancel_requested_at = given.cancel_requested_at, is_unmet = given.is_unmet, finished_at = given.finished_at
FROM ${rows: id bigint, state smallint, members bigint, unfinished bigint, unsuccessful bigint,
             cancel_requested_at bigint, is_unmet smallint, finished_at bigint}
WHERE batch.id = given.id;

-- name: batch_cancelled
-- Without a lock: a batch that a person cancelled stays so.
SELECT id, is_unmet FROM batch WHERE id ${in:ids} AND cancel_requested_at IS NOT NULL;

-- name: batch_waiting_within
-- For the start of the batch around them, and for nothing else.
SELECT ${top:count} id
FROM batch
WHERE within_batch = :batch AND state = 1
      AND NOT EXISTS (SELECT 1 FROM job_edge WHERE job_edge.child = batch.id AND job_edge.met = 2)
ORDER BY id
${limit:count};

-- name: batch_unmet_within
SELECT id FROM batch WHERE within_batch = :batch AND is_unmet = 1 ORDER BY id;

-- name: batch_open_within
SELECT ${top:count} id
FROM batch
WHERE within_batch = :batch AND state <= 2 AND cancel_requested_at IS NULL
ORDER BY id
${limit:count};

-- name: work_insert
INSERT INTO unfinished_work (kind, subject)
SELECT CAST(:kind AS smallint), CAST(:subject AS bigint)
WHERE NOT EXISTS (SELECT 1 FROM unfinished_work ${locked} WHERE kind = :kind AND subject = :subject)
${unless_there};

-- name: work_next
SELECT ${top:count} kind, subject FROM unfinished_work ORDER BY kind, subject ${limit:count};

-- name: work_delete
DELETE FROM unfinished_work WHERE kind = :kind AND subject = :subject;

-- name: batch_inner
SELECT id, within_batch FROM batch WHERE within_batch ${in:ids} AND within_batch IS NOT NULL;

-- name: batch_chain
SELECT id, within_batch FROM batch WHERE id ${in:ids};

-- name: batch_in_state
SELECT ${top:count} id FROM batch WHERE state = :state AND id > :after ORDER BY id ${limit:count};

-- name: work_of
SELECT kind, subject FROM unfinished_work WHERE subject ${in:ids};

-- name: batch_select
SELECT id, within_batch, name, state, members, unfinished, unsuccessful, cancel_requested_at, created_at, finished_at
FROM batch
WHERE id ${in:ids};

-- name: batch_page
SELECT ${top:count} id FROM batch WHERE id < :before ORDER BY id DESC ${limit:count};

-- name: batch_page_of_state
SELECT ${top:count} id FROM batch WHERE state = :state AND id < :before ORDER BY id DESC ${limit:count};

-- name: batch_within
SELECT ${top:count} id FROM batch WHERE within_batch = :batch ORDER BY id ${limit:count};

-- name: batch_jobs_count
SELECT batch, state, CAST(COUNT(*) AS bigint) FROM job WHERE batch ${in:ids} AND batch IS NOT NULL GROUP BY batch, state;
