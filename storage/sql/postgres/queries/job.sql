-- name: job_insert
-- Differs because: PostgreSQL reads JSON with json_to_recordset, and one ON CONFLICT covers every index. An instant
-- of a schedule has at most one job, so one that comes around again, after the clock was set back, gets no second
-- one.
INSERT INTO job (id, lane, payload_version, priority, order_key, state, reason, due_at, expires_at, nominal_at,
                 origin, definition, policy, arguments, created_at, enqueued_at)
SELECT id, lane, COALESCE(payload_version, 1), COALESCE(priority, 0), order_key, state, COALESCE(reason, 0), due_at,
       expires_at, nominal_at, COALESCE(origin, 0), definition, policy, arguments, CAST(:now AS bigint), enqueued_at
FROM json_to_recordset(CAST(:rows AS json)) AS given (
    id bigint, lane bigint, payload_version integer, priority integer, order_key bigint, state smallint,
    reason smallint, due_at bigint, expires_at bigint, nominal_at bigint, origin smallint, definition bigint,
    policy bigint, arguments text, enqueued_at bigint)
ON CONFLICT DO NOTHING;

-- name: job_succeed
-- Differs because: PostgreSQL reads JSON with json_to_recordset; see job_settle. For runs that ended as most do.
UPDATE job
SET state = 4, reason = 0, started_at = s.started_at, finished_at = s.finished_at, result = NULL,
    unique_slot = NULL
FROM json_to_recordset(CAST(:rows AS json)) AS s (id bigint, lease bigint, started_at bigint, finished_at bigint)
WHERE job.id >= s.id AND job.id <= s.id AND job.state + 0 = 3 AND job.server + 0 = :server AND job.lease = s.lease
RETURNING job.id, job.lease, job.lane, job.state, job.flags, job.batch;

-- name: job_settle
-- Differs because: PostgreSQL reads JSON with json_to_recordset. A cancelled or expired job ends here instead of
-- going back to a queue. The + 0 keeps the planner from the partial indexes, and two inequalities in the place of an
-- equality from reading the whole primary key in its order: each row is looked up by its id.
UPDATE job
SET state = CASE WHEN s.state IN (1, 2) AND (cancel_requested_at IS NOT NULL OR expires_at <= :now) THEN 6
                 ELSE s.state END,
    reason = CASE WHEN s.state IN (1, 2) AND cancel_requested_at IS NOT NULL THEN 60
                  WHEN s.state IN (1, 2) AND expires_at <= :now THEN 61
                  ELSE COALESCE(s.reason, 0) END,
    finished_at = CASE WHEN s.state IN (1, 2) AND (cancel_requested_at IS NOT NULL OR expires_at <= :now) THEN CAST(:now AS bigint)
                       ELSE s.finished_at END,
    due_at = s.due_at,
    attempt = job.attempt - COALESCE(s.refunded, 0),
    crashes = job.crashes + COALESCE(s.crashes, 0),
    interruptions = job.interruptions + COALESCE(s.interruptions, 0),
    warnings = job.warnings + COALESCE(s.warnings, 0),
    started_at = COALESCE(s.started_at, job.started_at),
    result = s.result,
    unique_slot = CASE WHEN s.state >= 4
                            OR (s.state IN (1, 2) AND (cancel_requested_at IS NOT NULL OR expires_at <= :now)) THEN NULL
                       ELSE unique_slot END
FROM json_to_recordset(CAST(:rows AS json)) AS s (
    id bigint, lease bigint, state smallint, reason smallint, due_at bigint, refunded integer, crashes integer,
    interruptions integer, warnings integer, started_at bigint, finished_at bigint, result text)
WHERE job.id >= s.id AND job.id <= s.id AND job.state + 0 = 3 AND job.server + 0 = :server AND job.lease = s.lease
RETURNING job.id, job.lease, job.lane, job.state, job.flags, job.batch;

-- name: job_settled_runs
-- Differs because: PostgreSQL has arrays.
SELECT id, lease
FROM job
WHERE id = ANY (CAST(translate(:ids, '[]', '{}') AS bigint[])) AND server + 0 = :server AND state + 0 <> 3;

-- name: job_candidates
-- Only here because: where a statement costs a round trip, one finds the heads of all lanes. Here it tells whether a
-- claim came back short although there was more.
SELECT head.order_key, head.id, given.rank
FROM json_to_recordset(CAST(:lanes AS json)) AS given (lane bigint, rank integer, key bigint, id bigint)
CROSS JOIN LATERAL (
    SELECT order_key, id
    FROM job
    WHERE job.lane = given.lane AND job.state = 2 AND (job.order_key, job.id) > (given.key, given.id)
    ORDER BY order_key, id
    LIMIT :each
) AS head
ORDER BY given.rank, head.order_key, head.id
LIMIT :count;

-- name: job_claim_best
-- Only here because: looking for candidates, locking them, claiming them and counting them is one round trip on
-- PostgreSQL. Candidates are found without locks; each is then looked up by its id (LATERAL, + 0), whatever the planner
-- thinks of the table, and skipped if another transaction holds it. Rows that are locked keep their place (ctid).
WITH claimed AS (
    UPDATE job
    SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 3 END,
        reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
        finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN CAST(:now AS bigint) END,
        unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
        server = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN server ELSE :server END,
        lease = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN lease ELSE lease + 1 END,
        attempt = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN attempt ELSE attempt + 1 END,
        claimed_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN claimed_at ELSE :now END
    WHERE job.ctid = ANY (ARRAY(
        SELECT free.ctid
        FROM (
            SELECT head.id
            FROM json_to_recordset(CAST(:lanes AS json)) AS given (lane bigint, rank integer, key bigint, id bigint)
            CROSS JOIN LATERAL (
                SELECT order_key, id
                FROM job
                WHERE job.lane = given.lane AND job.state = 2 AND (job.order_key, job.id) > (given.key, given.id)
                ORDER BY order_key, id
                LIMIT :each
            ) AS head
            ORDER BY given.rank, head.order_key, head.id
            LIMIT :window
        ) AS best
        CROSS JOIN LATERAL (
            SELECT ctid
            FROM job
            WHERE job.id = best.id AND job.state + 0 = 2
                  AND NOT job.id = ANY (CAST(translate(:granted, '[]', '{}') AS bigint[]))
            FOR UPDATE SKIP LOCKED
        ) AS free
        LIMIT :count))
    AND EXISTS (SELECT 1 FROM server WHERE server.id = :server AND server.state = 1)
    RETURNING id, state, lease, lane, attempt, crashes, recoveries, interruptions, order_key, policy, arguments,
              definition, nominal_at, flags, batch
),
counted AS (
    INSERT INTO job_counter (slot, lane, state, count)
    SELECT CAST(:slot AS bigint), lane, state, SUM(change)
    FROM (
        SELECT lane, CAST(2 AS smallint) AS state, -COUNT(*) AS change FROM claimed GROUP BY lane
        UNION ALL
        SELECT lane, state, COUNT(*) FROM claimed GROUP BY lane, state
        UNION ALL
        SELECT lane, state, change
        FROM json_to_recordset(CAST(:changes AS json)) AS given (lane bigint, state smallint, change bigint)
    ) AS changed
    GROUP BY lane, state
    HAVING SUM(change) <> 0
    ORDER BY lane, state
    ON CONFLICT (slot, lane, state) DO UPDATE SET count = job_counter.count + excluded.count
)
SELECT id, state, lease, lane, attempt, crashes, recoveries, interruptions, order_key, policy, arguments, definition,
       nominal_at, flags, batch
FROM claimed;

-- name: job_promote
-- Differs because: rows that another transaction holds are skipped.
UPDATE job
SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 2 END,
    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
    finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN CAST(:now AS bigint) END,
    unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
    enqueued_at = :now,
    order_key = CAST(:now AS bigint) - priority * CAST(:ageing AS bigint),
    due_at = NULL
WHERE ctid = ANY (ARRAY(
    SELECT ctid
    FROM job
    WHERE state = 1 AND due_at <= :now
    ORDER BY due_at, id
    LIMIT :count
    FOR UPDATE SKIP LOCKED))
RETURNING id, lane, state, flags, batch;

-- name: job_event_insert
-- Differs because: PostgreSQL reads JSON with json_to_recordset.
INSERT INTO job_event (job, at, cause, attempt, error_code, message, by_whom, detail)
SELECT job, at, cause, attempt, error_code, message, by_whom, detail
FROM json_to_recordset(CAST(:rows AS json)) AS given (
    job bigint, at bigint, cause smallint, attempt integer, error_code text, message text, by_whom text,
    detail text);

-- name: job_log_insert
-- Differs because: PostgreSQL reads JSON with json_to_recordset.
INSERT INTO job_log (job, lease, number, lines)
SELECT job, lease, number, lines
FROM json_to_recordset(CAST(:rows AS json)) AS given (job bigint, lease bigint, number integer, lines text)
ON CONFLICT DO NOTHING;
