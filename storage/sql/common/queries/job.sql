-- name: job_id_block_take
UPDATE id_block SET next = next + :count WHERE name = 'job';

-- name: job_id_block_end
SELECT next FROM id_block WHERE name = 'job';

-- name: setting_list
SELECT name, value FROM setting;

-- name: lane_list
SELECT id, queue, type, payload_version FROM lane ORDER BY id;

-- name: lane_find
SELECT id FROM lane WHERE queue = :queue AND type = :type AND payload_version = :payload_version AND direct = 0;

-- name: lane_insert
-- Another program may make the same one at this moment.
INSERT INTO lane (queue, type, payload_version, direct)
VALUES (:queue, :type, :payload_version, 0)
ON CONFLICT DO NOTHING;

-- name: policy_find
SELECT id FROM policy WHERE digest = :digest;

-- name: policy_insert
-- Another program may make the same one at this moment.
INSERT INTO policy (digest, body) VALUES (:digest, :body) ON CONFLICT DO NOTHING;

-- name: policy_body
SELECT body FROM policy WHERE id = :id;

-- name: definition_name
SELECT name FROM definition WHERE id = :id;

-- name: job_next_due
-- Of scheduled jobs, and of limits for which somebody waits.
SELECT (SELECT MIN(due_at) FROM job WHERE state = 1), (SELECT MIN(opens_at) FROM limit_state WHERE opens_at IS NOT NULL);

-- name: job_event_list
SELECT at, cause, attempt, error_code, message, by_whom, detail FROM job_event WHERE job = :job ORDER BY id;

-- name: job_log_after
SELECT lease, number, lines
FROM job_log
WHERE job = :job AND (lease > :lease OR (lease = :lease AND number > :number))
ORDER BY lease, number;

-- name: job_select
-- The program appends WHERE job.id IN (…).
SELECT job.id, lane.type, job.payload_version, lane.queue, job.priority, job.state, job.reason, job.due_at,
       job.enqueued_at, job.server, job.lease, job.claimed_at, job.started_at, job.finished_at, job.result,
       job.attempt, job.crashes, job.recoveries, job.warnings, job.arguments, definition.name, policy.body,
       job.created_at, job.expires_at, job.nominal_at, server.name, job.cancel_requested_at, job.batch, job.creator,
       job.flags, job.limit_key
FROM job
JOIN lane ON lane.id = job.lane
JOIN policy ON policy.id = job.policy
LEFT JOIN definition ON definition.id = job.definition
LEFT JOIN server ON server.id = job.server;

-- name: job_cancelled_runs_of
-- With what the schedule says, if it wants them to end.
SELECT ${top:count} id, lease,
       (SELECT MAX(job_event.message)
        FROM job_event
        WHERE job_event.job = job.id AND job_event.attempt = job.attempt AND job_event.by_whom = 'schedule')
FROM job
WHERE state = 3 AND server = :server AND cancel_requested_at IS NOT NULL
ORDER BY id
${limit:count};

-- name: job_runs_of
SELECT ${top:count} id, lease FROM job WHERE state = 3 AND server = :server ORDER BY id ${limit:count};

-- name: tag_of
SELECT job, tag FROM job_tag WHERE job ${in:ids} ORDER BY job, tag;
