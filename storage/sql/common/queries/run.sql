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
