-- name: run_hold
SELECT id
FROM job ${locked}
WHERE id = :id AND state + 0 = 3 AND server + 0 = :server AND lease = :lease
${for_update};

-- name: checkpoint_of
SELECT body FROM job_checkpoint WHERE job = :job;

-- name: checkpoint_delete
DELETE FROM job_checkpoint WHERE job = :job;

-- name: checkpoint_insert
INSERT INTO job_checkpoint (job, lease, body, saved_at) VALUES (:job, :lease, :body, :now);

-- name: step_list
SELECT name, CAST(number AS bigint) FROM job_step WHERE job = :job AND number >= :first ORDER BY number, name;

-- name: step_result
SELECT result FROM job_step WHERE job = :job AND name = :name;

-- name: step_totals
SELECT CAST(COUNT(*) AS bigint), CAST(COALESCE(SUM(size), 0) AS bigint) FROM job_step WHERE job = :job;

-- name: step_find
SELECT number FROM job_step WHERE job = :job AND name = :name;

-- name: step_insert
-- Who holds the run is alone.
INSERT INTO job_step (job, name, number, size, result, saved_at)
VALUES (:job, :name, :number, :size, :result, :now);

-- name: call_of_run
SELECT job_call.digest, job_call.ids
FROM job_call
JOIN job ON job.id = job_call.job
WHERE job_call.job = :job AND job_call.number = :number AND job.state + 0 = 3 AND job.server + 0 = :server
      AND job.lease = :lease;

-- name: call_insert
-- Likewise.
INSERT INTO job_call (job, number, digest, ids) VALUES (:job, :number, :digest, :ids);

-- name: job_checkpoint_delete
DELETE FROM job_checkpoint WHERE job ${in:ids};

-- name: job_step_delete
DELETE FROM job_step WHERE job ${in:ids};

-- name: job_call_delete
DELETE FROM job_call WHERE job ${in:ids};
