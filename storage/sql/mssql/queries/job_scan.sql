-- name: job_runs_of
-- Differs because: T-SQL says TOP instead of LIMIT.
SELECT TOP (:count) id, lease FROM job WHERE state = 3 AND server = :server ORDER BY id;

-- name: job_scan
-- Differs because: T-SQL says TOP instead of LIMIT.
SELECT TOP (:count) id, id, lane, state, definition FROM job WHERE id < :id ORDER BY id DESC;

-- name: job_scan_finished
-- Differs because: T-SQL says TOP instead of LIMIT.
SELECT TOP (:count) finished_at, id, lane, state, definition
FROM job
WHERE state = :state AND state >= 4 AND finished_at <= :key AND (finished_at < :key OR id < :id)
ORDER BY finished_at DESC, id DESC;

-- name: job_scan_due
-- Differs because: T-SQL says TOP instead of LIMIT.
SELECT TOP (:count) due_at, id, lane, state, definition
FROM job
WHERE state = 1 AND due_at >= :key AND (due_at > :key OR id > :id)
ORDER BY due_at, id;

-- name: job_scan_running
-- Differs because: T-SQL says TOP instead of LIMIT.
SELECT TOP (:count) id, id, lane, state, definition FROM job WHERE state = 3 AND id > :id ORDER BY id;

-- name: job_scan_lane
-- Differs because: T-SQL says TOP instead of LIMIT.
SELECT TOP (:count) order_key, id, definition
FROM job
WHERE lane = :lane AND state = 2 AND order_key >= :key AND (order_key > :key OR id > :id)
ORDER BY order_key, id;
