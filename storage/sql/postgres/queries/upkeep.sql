-- name: job_delete
-- Differs because: PostgreSQL has arrays.
DELETE FROM job
WHERE id = ANY (CAST(translate(:ids, '[]', '{}') AS bigint[])) AND state + 0 >= 4 AND finished_at <= :latest
RETURNING id, lane, state;

-- name: job_event_delete
-- Differs because: PostgreSQL has arrays.
DELETE FROM job_event WHERE job = ANY (CAST(translate(:ids, '[]', '{}') AS bigint[]));

-- name: job_log_delete
-- Differs because: PostgreSQL has arrays.
DELETE FROM job_log WHERE job = ANY (CAST(translate(:ids, '[]', '{}') AS bigint[]));
