-- name: job_insert
-- Differs because: SQLite reads a JSON array of arrays with json_each, and wants WHERE before ON CONFLICT. An instant of a
-- schedule has at most one job, so one that comes around again, after the clock was set back, gets no second one.
INSERT INTO job (id, lane, order_key, state, policy, arguments, created_at, enqueued_at, priority, reason, due_at,
                 expires_at, definition, nominal_at, origin, payload_version)
SELECT id, lane, order_key, state, policy, arguments, :now, enqueued_at,
       CASE WHEN rest IS NULL THEN 0 ELSE COALESCE(rest->>0, 0) END,
       CASE WHEN rest IS NULL THEN 0 ELSE COALESCE(rest->>1, 0) END,
       CASE WHEN rest IS NOT NULL THEN rest->>2 END,
       CASE WHEN rest IS NOT NULL THEN rest->>3 END,
       CASE WHEN rest IS NOT NULL THEN rest->>4 END,
       CASE WHEN rest IS NOT NULL THEN rest->>5 END,
       CASE WHEN rest IS NULL THEN 0 ELSE COALESCE(rest->>6, 0) END,
       CASE WHEN rest IS NULL THEN 1 ELSE COALESCE(rest->>7, 1) END
FROM (SELECT value->>0 AS id, value->>1 AS lane, value->>2 AS order_key, value->>3 AS state, value->>4 AS policy,
             value->>5 AS arguments, value->>6 AS enqueued_at, value->>7 AS rest
      FROM json_each(:rows)
      LIMIT -1)
WHERE true
ON CONFLICT (id) DO NOTHING
ON CONFLICT (definition, nominal_at, origin) WHERE nominal_at IS NOT NULL DO NOTHING;

-- name: job_succeed
-- Differs because: SQLite reads a JSON array with json_each; see job_settle. For runs that ended as most do.
UPDATE job
SET state = 4, reason = 0, started_at = s.started_at, finished_at = s.finished_at, result = NULL,
    unique_slot = NULL
FROM (SELECT value->>0 AS id, value->>1 AS lease, value->>2 AS started_at, value->>3 AS finished_at
      FROM json_each(:rows)) AS s
WHERE job.id = s.id AND job.state = 3 AND +job.server = :server AND job.lease = s.lease
RETURNING job.id, job.lease, job.lane, job.state, job.flags, job.batch;

-- name: job_settle
-- Differs because: SQLite reads a JSON array with json_each. A cancelled or expired job ends here instead of going
-- back to a queue. LIMIT -1 has SQLite take each value out of the JSON once; what few rows have lies in an array of its
-- own. The + keeps SQLite from job_running, where it would begin with the server's jobs and read the whole array anew
-- for each of them.
UPDATE job
SET state = CASE WHEN s.state IN (1, 2) AND (cancel_requested_at IS NOT NULL OR expires_at <= :now) THEN 6
                 ELSE s.state END,
    reason = CASE WHEN s.state IN (1, 2) AND cancel_requested_at IS NOT NULL THEN 60
                  WHEN s.state IN (1, 2) AND expires_at <= :now THEN 61
                  ELSE s.reason END,
    finished_at = CASE WHEN s.state IN (1, 2) AND (cancel_requested_at IS NOT NULL OR expires_at <= :now) THEN :now
                       ELSE s.finished_at END,
    due_at = s.due_at,
    attempt = job.attempt - s.refunded,
    crashes = job.crashes + s.crashes,
    interruptions = job.interruptions + s.interruptions,
    warnings = job.warnings + s.warnings,
    started_at = COALESCE(s.started_at, job.started_at),
    result = s.result,
    unique_slot = CASE WHEN s.state >= 4
                            OR (s.state IN (1, 2) AND (cancel_requested_at IS NOT NULL OR expires_at <= :now)) THEN NULL
                       ELSE unique_slot END
FROM (SELECT id, lease, state, started_at, finished_at, result,
             CASE WHEN rest IS NULL THEN 0 ELSE COALESCE(rest->>0, 0) END AS reason,
             CASE WHEN rest IS NOT NULL THEN rest->>1 END AS due_at,
             CASE WHEN rest IS NULL THEN 0 ELSE COALESCE(rest->>2, 0) END AS refunded,
             CASE WHEN rest IS NULL THEN 0 ELSE COALESCE(rest->>3, 0) END AS crashes,
             CASE WHEN rest IS NULL THEN 0 ELSE COALESCE(rest->>4, 0) END AS interruptions,
             CASE WHEN rest IS NULL THEN 0 ELSE COALESCE(rest->>5, 0) END AS warnings
      FROM (SELECT value->>0 AS id, value->>1 AS lease, value->>2 AS state, value->>3 AS started_at,
                   value->>4 AS finished_at, value->>5 AS result, value->>6 AS rest
            FROM json_each(:rows)
            LIMIT -1)
      LIMIT -1) AS s
WHERE job.id = s.id AND job.state = 3 AND +job.server = :server AND job.lease = s.lease
RETURNING job.id, job.lease, job.lane, job.state, job.flags, job.batch;

-- name: job_candidates_of_lane
-- Only here because: SQLite takes the lanes one by one, in the claim's own transaction; a statement costs no round
-- trip there.
SELECT order_key, id
FROM job
WHERE lane = :lane AND state = 2 AND (order_key, id) > (:key, :id)
ORDER BY order_key, id
LIMIT :count;

-- name: job_claim
-- Only here because: PostgreSQL finds and claims in one statement. SQLite has one writer, so there is no lock to ask
-- for or to skip.
UPDATE job
SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 3 END,
    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
    finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN :now END,
    unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
    server = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN server ELSE :server END,
    lease = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN lease ELSE lease + 1 END,
    attempt = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN attempt ELSE attempt + 1 END,
    claimed_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN claimed_at ELSE :now END
WHERE id IN (SELECT value FROM json_each(:ids) LIMIT :count) AND state = 2
      AND EXISTS (SELECT 1 FROM server WHERE server.id = :server AND server.state = 1)
RETURNING id, state, lease, lane, attempt, crashes, recoveries, interruptions, order_key, policy, arguments,
          definition, nominal_at, flags, batch;

-- name: job_promote
-- Differs because: SQLite has one writer, so there is no lock to ask for or to skip.
UPDATE job
SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 2 END,
    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
    finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN :now END,
    unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
    enqueued_at = :now,
    order_key = :now - priority * :ageing,
    due_at = NULL
WHERE id IN (SELECT id FROM job WHERE state = 1 AND due_at <= :now ORDER BY due_at, id LIMIT :count)
RETURNING id, lane, state, flags, batch;

-- name: job_event_insert
-- Differs because: SQLite reads a JSON array with json_each.
INSERT INTO job_event (job, at, cause, attempt, error_code, message, by_whom, detail)
SELECT value->>'job', value->>'at', value->>'cause', value->>'attempt', value->>'error_code', value->>'message',
       value->>'by_whom', value->>'detail'
FROM json_each(:rows);

-- name: job_log_insert
-- Differs because: SQLite reads a JSON array with json_each, and wants WHERE before ON CONFLICT.
INSERT INTO job_log (job, lease, number, lines)
SELECT value->>'job', value->>'lease', value->>'number', value->>'lines'
FROM json_each(:rows)
WHERE true
ON CONFLICT (job, lease, number) DO NOTHING;

-- name: job_settled_runs
-- Differs because: SQLite reads a JSON array with json_each.
SELECT id, lease FROM job WHERE id IN (SELECT value FROM json_each(:ids)) AND +server = :server AND state <> 3;
