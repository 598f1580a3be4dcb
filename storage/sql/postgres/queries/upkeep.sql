-- name: job_finished_after
-- Differs because: SQL Server spells a limit otherwise. The second condition on state is what lets the partial index
-- be used.
SELECT finished_at, id, policy
FROM job
WHERE state = :state AND state >= 4 AND finished_at >= :from AND (finished_at > :after OR id > :id)
      AND finished_at <= :until
ORDER BY finished_at, id
LIMIT :count;

-- name: job_surplus
-- Differs because: SQL Server spells a limit otherwise.
SELECT id, finished_at
FROM job
WHERE definition = :definition AND state = :state AND state >= 4
ORDER BY finished_at DESC, id DESC
LIMIT :count OFFSET :keep;

-- name: job_delete
-- Differs because: PostgreSQL has arrays.
DELETE FROM job
WHERE id = ANY (CAST(translate(:ids, '[]', '{}') AS bigint[])) AND state >= 4 AND finished_at <= :latest
RETURNING id, lane, state;

-- name: job_event_delete
-- Differs because: PostgreSQL has arrays.
DELETE FROM job_event WHERE job = ANY (CAST(translate(:ids, '[]', '{}') AS bigint[]));

-- name: job_log_delete
-- Differs because: PostgreSQL has arrays.
DELETE FROM job_log WHERE job = ANY (CAST(translate(:ids, '[]', '{}') AS bigint[]));
