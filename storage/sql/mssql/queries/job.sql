-- name: lane_insert
-- Differs because: two transactions that both found none would add it twice; the second waits here for the first.
INSERT INTO lane (queue, type, payload_version, direct)
SELECT :queue, :type, :payload_version, 0
WHERE NOT EXISTS (
    SELECT 1
    FROM lane WITH (UPDLOCK, HOLDLOCK)
    WHERE queue = :queue AND type = :type AND payload_version = :payload_version AND direct = 0);

-- name: policy_insert
-- Differs because: two transactions that both found none would add it twice; the second waits here for the first.
INSERT INTO policy (digest, body)
SELECT :digest, :body
WHERE NOT EXISTS (SELECT 1 FROM policy WITH (UPDLOCK, HOLDLOCK) WHERE digest = :digest);

-- name: job_insert
-- Differs because: T-SQL reads JSON with OPENJSON, and has no ON CONFLICT. An instant of a schedule has at most one
-- job, so one that comes around again, after the clock was set back, gets no second one. UPDLOCK waits for another
-- transaction that has written the same id; HOLDLOCK would also keep all others from adding jobs.
INSERT INTO job (id, lane, payload_version, priority, order_key, state, reason, due_at, expires_at, nominal_at,
                 origin, definition, policy, arguments, created_at, enqueued_at)
SELECT given.id, given.lane, COALESCE(given.payload_version, 1), COALESCE(given.priority, 0), given.order_key,
       given.state, COALESCE(given.reason, 0), given.due_at, given.expires_at, given.nominal_at, given.origin,
       given.definition, given.policy, given.arguments, :now, given.enqueued_at
FROM (SELECT id, lane, payload_version, priority, order_key, state, reason, due_at, expires_at, nominal_at,
             COALESCE(origin, 0) AS origin, definition, policy, arguments, enqueued_at,
             ROW_NUMBER() OVER (PARTITION BY id ORDER BY order_key) AS copy_of_id,
             ROW_NUMBER() OVER (PARTITION BY definition, nominal_at, COALESCE(origin, 0) ORDER BY id) AS copy_of_nominal
      FROM OPENJSON(CAST(:rows AS nvarchar(max))) WITH (
          id bigint, lane bigint, payload_version int, priority int, order_key bigint, state smallint,
          reason smallint, due_at bigint, expires_at bigint, nominal_at bigint, origin smallint, definition bigint,
          policy bigint, arguments nvarchar(max), enqueued_at bigint) AS row_of_json) AS given
WHERE given.copy_of_id = 1
      AND NOT EXISTS (SELECT 1 FROM job WITH (ROWLOCK, UPDLOCK) WHERE job.id = given.id)
      AND (given.nominal_at IS NULL OR given.definition IS NULL
           OR (given.copy_of_nominal = 1
               AND NOT EXISTS (
                   SELECT 1
                   FROM job WITH (ROWLOCK, UPDLOCK)
                   WHERE job.definition = given.definition AND job.nominal_at = given.nominal_at
                         AND job.origin = given.origin AND job.nominal_at IS NOT NULL
                         AND job.definition IS NOT NULL)));

-- name: job_succeed
-- Differs because: T-SQL reads JSON with OPENJSON, and says OUTPUT instead of RETURNING; see job_settle. For runs that
-- ended as most do.
UPDATE job
SET state = 4, reason = 0, started_at = s.started_at, finished_at = s.finished_at, result = NULL,
    unique_slot = NULL
OUTPUT inserted.id, inserted.lease, inserted.lane, inserted.state, inserted.flags, inserted.batch
FROM OPENJSON(CAST(:rows AS nvarchar(max))) WITH (
    id bigint, lease bigint, started_at bigint, finished_at bigint) AS s
WHERE job.id = s.id AND job.state + 0 = 3 AND job.server + 0 = :server AND job.lease = s.lease;

-- name: job_settle
-- Differs because: T-SQL reads JSON with OPENJSON, and says OUTPUT instead of RETURNING. A cancelled or expired job
-- ends here instead of going back to a queue. The + keeps SQL Server from job_running, where it would begin with the
-- server's jobs and read the whole array anew for each of them.
UPDATE job
SET state = CASE WHEN s.state IN (1, 2) AND (job.cancel_requested_at IS NOT NULL OR job.expires_at <= :now) THEN 6
                 ELSE s.state END,
    reason = CASE WHEN s.state IN (1, 2) AND job.cancel_requested_at IS NOT NULL THEN 60
                  WHEN s.state IN (1, 2) AND job.expires_at <= :now THEN 61
                  ELSE COALESCE(s.reason, 0) END,
    finished_at = CASE WHEN s.state IN (1, 2) AND (job.cancel_requested_at IS NOT NULL OR job.expires_at <= :now)
                       THEN :now
                       ELSE s.finished_at END,
    due_at = s.due_at,
    attempt = job.attempt - COALESCE(s.refunded, 0),
    crashes = job.crashes + COALESCE(s.crashes, 0),
    interruptions = job.interruptions + COALESCE(s.interruptions, 0),
    warnings = job.warnings + COALESCE(s.warnings, 0),
    started_at = COALESCE(s.started_at, job.started_at),
    result = s.result,
    unique_slot = CASE WHEN s.state >= 4
                            OR (s.state IN (1, 2) AND (job.cancel_requested_at IS NOT NULL OR job.expires_at <= :now)) THEN NULL
                       ELSE job.unique_slot END
OUTPUT inserted.id, inserted.lease, inserted.lane, inserted.state, inserted.flags, inserted.batch
FROM OPENJSON(CAST(:rows AS nvarchar(max))) WITH (
    id bigint, lease bigint, state smallint, reason smallint, due_at bigint, refunded int, crashes int,
    interruptions int, warnings int, started_at bigint, finished_at bigint, result nvarchar(max)) AS s
WHERE job.id = s.id AND job.state + 0 = 3 AND job.server + 0 = :server AND job.lease = s.lease;

-- name: job_settled_runs
-- Differs because: T-SQL reads JSON with OPENJSON.
SELECT id, lease
FROM job
WHERE id IN (SELECT CAST(value AS bigint) FROM OPENJSON(CAST(:ids AS nvarchar(max))))
      AND server + 0 = :server AND state + 0 <> 3;

-- name: job_candidates
-- Only here because: where a statement costs a round trip, one takes the heads of all lanes.
SELECT TOP (:count) head.order_key, head.id, given.rank
FROM OPENJSON(CAST(:lanes AS nvarchar(max))) WITH (
    lane bigint, rank int, last_key bigint '$.key', last_id bigint '$.id') AS given
CROSS APPLY (
    SELECT TOP (:each) job.order_key, job.id
    FROM job
    WHERE job.lane = given.lane AND job.state = 2 AND job.order_key >= given.last_key
          AND (job.order_key > given.last_key OR job.id > given.last_id)
    ORDER BY job.order_key, job.id
) AS head
ORDER BY given.rank, head.order_key, head.id;

-- name: job_claim
-- Differs because: rows that another transaction holds are skipped; the ids come best first. A server that knows no
-- such hints waits for them instead, and then looks at their state again. The + keeps that second look from choosing
-- the plan. The arguments come afterwards, by job_arguments.
UPDATE job
SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 3 END,
    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
    finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN :now END,
    unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
    server = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN server ELSE :server END,
    lease = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN lease ELSE lease + 1 END,
    attempt = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN attempt ELSE attempt + 1 END,
    claimed_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN claimed_at ELSE :now END
OUTPUT inserted.id, inserted.state, inserted.lease, inserted.lane, inserted.attempt, inserted.crashes,
       inserted.recoveries, inserted.interruptions, inserted.order_key, inserted.policy, N'',
       inserted.definition, inserted.nominal_at, inserted.flags, inserted.batch
WHERE id IN (
    SELECT TOP (:count) job.id
    FROM OPENJSON(CAST(:ids AS nvarchar(max))) AS best
    JOIN job WITH (ROWLOCK, READPAST, UPDLOCK, FORCESEEK) ON job.id = CAST(best.value AS bigint)
    WHERE job.state = 2
    ORDER BY CAST(best.[key] AS int))
      AND state + 0 = 2
      AND EXISTS (SELECT 1 FROM server WHERE server.id = :server AND server.state = 1);

-- name: job_arguments
-- Only here because: where a driver asks for the columns beforehand, an UPDATE can only return numbers.
SELECT id, arguments FROM job WHERE id IN (SELECT CAST(value AS bigint) FROM OPENJSON(CAST(:ids AS nvarchar(max))));

-- name: job_promote
-- Differs because: rows that another transaction holds are skipped. A server that knows no such hints waits for them
-- instead, and then looks at their state again. The + keeps that second look from choosing the plan.
UPDATE job
SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 2 END,
    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
    finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN :now END,
    unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
    enqueued_at = :now,
    order_key = :now - priority * :ageing,
    due_at = NULL
OUTPUT inserted.id, inserted.lane, inserted.state, inserted.flags, inserted.batch
WHERE id IN (
    SELECT TOP (:count) id
    FROM job WITH (ROWLOCK, READPAST, UPDLOCK)
    WHERE state = 1 AND due_at <= :now
    ORDER BY due_at, id)
      AND state + 0 = 1;

-- name: job_event_insert
-- Differs because: T-SQL reads JSON with OPENJSON.
INSERT INTO job_event (job, at, cause, attempt, error_code, message, by_whom, detail)
SELECT given.job, given.at, given.cause, given.attempt, given.error_code, given.message, given.by_whom,
       given.detail
FROM OPENJSON(CAST(:rows AS nvarchar(max))) WITH (
    job bigint, at bigint, cause smallint, attempt int, error_code nvarchar(max), message nvarchar(max),
    by_whom nvarchar(max), detail nvarchar(max)) AS given;

-- name: job_log_insert
-- Differs because: T-SQL reads JSON with OPENJSON, and has no ON CONFLICT.
INSERT INTO job_log (job, lease, number, lines)
SELECT given.job, given.lease, given.number, given.lines
FROM (SELECT job, lease, number, lines,
             ROW_NUMBER() OVER (PARTITION BY job, lease, number ORDER BY number) AS copy_of_chunk
      FROM OPENJSON(CAST(:rows AS nvarchar(max))) WITH (
          job bigint, lease bigint, number int, lines nvarchar(max)) AS row_of_json) AS given
WHERE given.copy_of_chunk = 1
      AND NOT EXISTS (
          SELECT 1
          FROM job_log WITH (ROWLOCK, UPDLOCK)
          WHERE job_log.job = given.job AND job_log.lease = given.lease AND job_log.number = given.number);
