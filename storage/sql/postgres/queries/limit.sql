-- name: limit_states_lock
-- Only here because: elsewhere the transaction that changes a limit is alone anyway. Who has locked a key of any limit ends
-- first, and who comes later sees the change.
LOCK TABLE limit_state IN EXCLUSIVE MODE;

-- name: limit_locks_hurry
-- Only here because: SQLite has one writer, and SQL Server knows no such setting for one transaction.
SET LOCAL lock_timeout = '50ms';

-- name: limit_let_go
-- Only here because: letting go of slots and passing them on is one round trip on PostgreSQL. Of each key that runs have
-- held, in the order of the keys, in which every transaction locks them: how it stands, how many slots of it were let go,
-- and to whom they went (1: the job needs no slot of another key). Who was parked while this waited for the lock is not
-- seen: if not all slots were passed on, limit_pass_on looks again.
WITH freed AS (
    SELECT limit_key, COUNT(*) AS count FROM limit_use WHERE job ${in:ids} GROUP BY limit_key
),
state AS MATERIALIZED (
    SELECT limit_state.limit_key, limit_state.taken, limit_state.given_out, limit_state.instant, limit_state.opens_at,
           limit_state.kind, limit_state.capacity, limit_state.window_length, freed.count
    FROM freed
    JOIN limit_state ON limit_state.limit_key = freed.limit_key
    WHERE limit_state.kind = 0
    ORDER BY limit_state.limit_key
    FOR UPDATE OF limit_state
),
first AS MATERIALIZED (
    SELECT head.id, state.limit_key
    FROM state
    CROSS JOIN LATERAL (
        SELECT job.id
        FROM job
        JOIN lane ON lane.id = job.lane
        WHERE job.limit_key = state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0
              AND ${could_run}
        ORDER BY job.order_key, job.id
        LIMIT GREATEST(0, LEAST(state.capacity - state.taken + state.count, state.count))
        FOR UPDATE OF job
    ) AS head
),
passed AS (
    UPDATE job
    SET state = 2, reason = 0, limit_key = NULL
    FROM first
    WHERE job.id >= first.id AND job.id <= first.id
    RETURNING job.id, job.lane, first.limit_key
)
SELECT state.limit_key, state.taken, state.given_out, state.instant, state.opens_at, state.kind, state.capacity,
       state.window_length, state.count, passed.id, passed.lane,
       CASE WHEN EXISTS (
                SELECT 1
                FROM limit_use
                WHERE limit_use.job = passed.id AND limit_use.limit_key <> state.limit_key) THEN 0
            ELSE 1 END
FROM state
LEFT JOIN passed ON passed.limit_key = state.limit_key;

-- name: limit_pass_on
-- Only here because: finding who is parked first, locking and freeing them is one round trip on PostgreSQL; see
-- job_parked_first. Who is not parked any more when the lock is there is passed over. 1: the job needs no slot of another
-- key.
WITH first AS MATERIALIZED (
    SELECT job.id
    FROM job
    JOIN lane ON lane.id = job.lane
    WHERE job.limit_key = :key AND job.limit_key IS NOT NULL AND job.state = 0
          AND ${could_run}
    ORDER BY job.order_key, job.id
    LIMIT :count
    FOR UPDATE OF job
),
freed AS (
    UPDATE job
    SET state = 2, reason = 0, limit_key = NULL
    FROM first
    WHERE job.id >= first.id AND job.id <= first.id
    RETURNING job.id, job.lane
)
SELECT freed.id, freed.lane,
       CASE WHEN EXISTS (
                SELECT 1
                FROM limit_use
                WHERE limit_use.job = freed.id AND limit_use.limit_key <> :key) THEN 0
            ELSE 1 END
FROM freed;
