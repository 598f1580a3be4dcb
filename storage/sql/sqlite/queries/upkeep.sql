-- name: job_delete
-- Differs because: SQLite reads a JSON array with json_each.
DELETE FROM job
WHERE id IN (SELECT value FROM json_each(:ids)) AND state >= 4 AND finished_at <= :latest
RETURNING id, lane, state;

-- name: job_event_delete
-- Differs because: SQLite reads a JSON array with json_each.
DELETE FROM job_event WHERE job IN (SELECT value FROM json_each(:ids));

-- name: job_log_delete
-- Differs because: SQLite reads a JSON array with json_each.
DELETE FROM job_log WHERE job IN (SELECT value FROM json_each(:ids));
