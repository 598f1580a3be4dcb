-- name: definition_id
SELECT id FROM definition WHERE name = :name;

-- name: job_scan
SELECT id, id, lane, state, definition FROM job WHERE id < :id ORDER BY id DESC LIMIT :count;

-- name: job_scan_finished
-- The second condition on state is what lets the partial index be used; the first on finished_at is where it begins.
SELECT finished_at, id, lane, state, definition
FROM job
WHERE state = :state AND state >= 4 AND finished_at <= :key AND (finished_at < :key OR id < :id)
ORDER BY finished_at DESC, id DESC
LIMIT :count;

-- name: job_scan_due
SELECT due_at, id, lane, state, definition
FROM job
WHERE state = 1 AND due_at >= :key AND (due_at > :key OR id > :id)
ORDER BY due_at, id
LIMIT :count;

-- name: job_scan_running
SELECT id, id, lane, state, definition FROM job WHERE state = 3 AND id > :id ORDER BY id LIMIT :count;

-- name: job_scan_lane
SELECT order_key, id, definition
FROM job
WHERE lane = :lane AND state = 2 AND order_key >= :key AND (order_key > :key OR id > :id)
ORDER BY order_key, id
LIMIT :count;
