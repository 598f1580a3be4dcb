-- name: job_finished_after
-- Differs because: T-SQL says TOP instead of LIMIT.
SELECT TOP (:count) finished_at, id, policy
FROM job
WHERE state = :state AND state >= 4 AND finished_at >= :from AND (finished_at > :from OR id > :id)
      AND finished_at <= :until
ORDER BY finished_at, id;

-- name: job_surplus
-- Differs because: T-SQL says OFFSET and FETCH instead of LIMIT.
SELECT id, finished_at
FROM job
WHERE definition = :definition AND state = :state AND state >= 4 AND finished_at <= :from
      AND (finished_at < :from OR id < :id)
ORDER BY finished_at DESC, id DESC
OFFSET :keep ROWS FETCH NEXT :count ROWS ONLY;

-- name: job_delete
-- Differs because: T-SQL reads JSON with OPENJSON, and says OUTPUT instead of RETURNING.
DELETE FROM job
OUTPUT deleted.id, deleted.lane, deleted.state
WHERE id IN (SELECT CAST(value AS bigint) FROM OPENJSON(CAST(:ids AS nvarchar(max))))
      AND state + 0 >= 4 AND finished_at <= :latest;

-- name: job_event_delete
-- Differs because: T-SQL reads JSON with OPENJSON.
DELETE FROM job_event WHERE job IN (SELECT CAST(value AS bigint) FROM OPENJSON(CAST(:ids AS nvarchar(max))));

-- name: job_log_delete
-- Differs because: T-SQL reads JSON with OPENJSON.
DELETE FROM job_log WHERE job IN (SELECT CAST(value AS bigint) FROM OPENJSON(CAST(:ids AS nvarchar(max))));
