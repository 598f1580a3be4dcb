-- name: job_finished_after
-- Differs because: SQLite spells a limit LIMIT. The second condition on state is what lets the partial index be used.
SELECT finished_at, id, policy
FROM job
WHERE state = :state AND state >= 4 AND finished_at >= :from AND (finished_at > :after OR id > :id)
      AND finished_at <= :until
ORDER BY finished_at, id
LIMIT :count;

-- name: job_surplus
-- Differs because: SQLite spells a limit LIMIT.
SELECT id, finished_at
FROM job
WHERE definition = :definition AND state = :state AND state >= 4
ORDER BY finished_at DESC, id DESC
LIMIT :count OFFSET :keep;

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
