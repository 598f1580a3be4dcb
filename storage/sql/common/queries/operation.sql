-- name: job_reset
-- As if it had never run. The lease stays, so that no earlier run can write any more.
UPDATE job
SET attempt = 0, crashes = 0, recoveries = 0, interruptions = 0, started_at = NULL, result = NULL,
    cancel_requested_at = NULL, expires_at = NULL
WHERE id ${in:ids};

-- name: job_crashes
-- Of jobs that are held.
SELECT id, lease, crashes FROM job WHERE id ${in:ids};

-- name: job_refund
-- Of jobs that are held.
UPDATE job
SET attempt = job.attempt - given.refunded, crashes = job.crashes - given.refunded
FROM ${rows: id bigint, refunded integer}
WHERE job.id = given.id;

-- name: job_take_key
UPDATE job SET unique_slot = unique_wanted WHERE id = :id;

-- name: job_wanted_key
SELECT unique_wanted FROM job WHERE id = :id AND unique_wanted IS NOT NULL;

-- name: job_ask_to_stop
UPDATE job SET cancel_requested_at = :now WHERE id ${in:ids} AND cancel_requested_at IS NULL;

-- name: job_change_lane
-- Of jobs that are held.
UPDATE job
SET lane = given.lane, priority = given.priority, order_key = given.order_key
FROM ${rows: id bigint, lane bigint, priority integer, order_key bigint}
WHERE job.id = given.id;

-- name: command_insert
INSERT INTO command (id, state, verb, job, queue, definition, by_whom, filter, operation, position, looked_at, done,
                     not_possible, created_at, finished_at)
VALUES (:id, :state, :verb, :job, :queue, :definition, :by, :filter, :operation, '', 0, 0, 0, :now, :finished_at);

-- name: command_find
SELECT id, verb, job, queue, definition, by_whom, filter, looked_at, done, not_possible, created_at, finished_at
FROM command
WHERE id = :id;

-- name: command_list
SELECT ${top:count} id, verb, job, queue, definition, by_whom, filter, looked_at, done, not_possible, created_at, finished_at
FROM command
ORDER BY id DESC
${limit:count};

-- name: command_next
-- Who is at it holds it.
SELECT ${top:count} id, verb, by_whom, filter, operation, position, created_at
FROM command ${locked}
WHERE state = 0
ORDER BY id
${limit:count}
${for_update};

-- name: command_open
SELECT ${top:count} id FROM command WHERE state = 0 ORDER BY id ${limit:count};

-- name: command_go_on
UPDATE command
SET state = :state, position = :position, looked_at = looked_at + :looked_at, done = done + :done,
    not_possible = not_possible + :not_possible, finished_at = :finished_at
WHERE id = :id;

-- name: queue_list
SELECT name, paused_at, paused_until, paused_by, reason FROM queue ORDER BY name;

-- name: queue_find
SELECT paused_at, paused_until, paused_by FROM queue ${locked} WHERE name = :name ${for_update};

-- name: queue_insert
INSERT INTO queue (name, paused_at, paused_until, paused_by, reason)
SELECT :name, NULL, NULL, '', ''
WHERE NOT EXISTS (SELECT 1 FROM queue ${locked} WHERE name = :name)
${unless_there};

-- name: queue_put
UPDATE queue SET paused_at = :paused_at, paused_until = :until, paused_by = :by, reason = :reason WHERE name = :name;

-- name: job_made_until
SELECT id FROM job WHERE id ${in:ids} AND created_at <= :at;

-- name: job_to_copy
SELECT definition, flags, COALESCE(unique_wanted, ''), COALESCE(unique_window, 0) FROM job WHERE id = :id;
