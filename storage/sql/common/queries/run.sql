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
SELECT name, result FROM job_step WHERE job = :job ORDER BY number, name;

-- name: step_count
SELECT CAST(COUNT(*) AS bigint) FROM job_step WHERE job = :job;

-- name: step_insert
INSERT INTO job_step (job, name, number, result, saved_at)
SELECT CAST(:job AS bigint), :name, CAST(:number AS bigint), :result, CAST(:now AS bigint)
WHERE NOT EXISTS (SELECT 1 FROM job_step ${locked} WHERE job = :job AND name = :name)
${unless_there};
