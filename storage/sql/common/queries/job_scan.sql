-- name: definition_id
SELECT id FROM definition WHERE name = :name;

-- name: job_scan
SELECT ${top:count} id, id, lane, state, definition, warnings, batch
FROM job
WHERE id < :id
ORDER BY id DESC
${limit:count};

-- name: job_scan_finished
-- The second condition on state is what lets the partial index be used; the first on finished_at is where it begins.
SELECT ${top:count} finished_at, id, lane, state, definition, warnings, batch
FROM job
WHERE state = :state AND state >= 4 AND finished_at <= :key AND (finished_at < :key OR id < :id)
ORDER BY finished_at DESC, id DESC
${limit:count};

-- name: job_scan_due
SELECT ${top:count} due_at, id, lane, state, definition, warnings, batch
FROM job
WHERE state = 1 AND due_at >= :key AND (due_at > :key OR id > :id)
ORDER BY due_at, id
${limit:count};

-- name: job_scan_running
SELECT ${top:count} id, id, lane, state, definition, warnings, batch
FROM job
WHERE state = 3 AND id > :id
ORDER BY id
${limit:count};

-- name: job_scan_lane
SELECT ${top:count} order_key, id, lane, state, definition, warnings, batch
FROM job
WHERE lane = :lane AND state = 2 AND order_key >= :key AND (order_key > :key OR id > :id)
ORDER BY order_key, id
${limit:count};

-- name: job_scan_tag
SELECT ${top:count} job.id, job.id, job.lane, job.state, job.definition, job.warnings, job.batch
FROM job_tag
JOIN job ON job.id = job_tag.job
WHERE job_tag.tag = :tag AND job_tag.job < :id
ORDER BY job_tag.job DESC
${limit:count};

-- name: job_scan_batch
SELECT ${top:count} id, id, lane, state, definition, warnings, batch
FROM job
WHERE batch = :batch AND batch IS NOT NULL AND state = :state AND id < :id
ORDER BY id DESC
${limit:count};
