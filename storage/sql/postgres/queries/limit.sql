-- name: limit_state_make
-- Differs because: who changes the limit does not see the new row before it is there for all, so that he waits for this
-- transaction, or this one for him.
WITH rule AS MATERIALIZED (
    SELECT job_limit.name
    FROM ${rows: limit_key text, limit_name text}
    JOIN job_limit ON job_limit.name = given.limit_name
    FOR SHARE OF job_limit
)
INSERT INTO limit_state (limit_key, limit_name, taken, given_out, instant)
SELECT given.limit_key, given.limit_name, 0, 0, 0
FROM ${rows: limit_key text, limit_name text}
WHERE (SELECT COUNT(*) FROM rule) >= 0
${unless_there};

-- name: limit_let_go
-- Only here because: letting go of slots and passing them on is one round trip on PostgreSQL. Of each key that was held, in
-- the order of the keys, in which every transaction locks them: how it stands, how many slots of it were let go, and to whom
-- they went (1: the job needs no slot of another key). Who was parked while this waited for the lock is not seen: if not
-- all slots were passed on, limit_pass_on looks again.
WITH freed AS (
    UPDATE limit_use
    SET is_held = 0
    WHERE job ${in:ids} AND is_held = 1
    RETURNING limit_key
),
state AS MATERIALIZED (
    SELECT limit_state.limit_key, limit_state.taken, limit_state.given_out, limit_state.instant, limit_state.opens_at,
           job_limit.kind, job_limit.capacity, job_limit.window_length, counted.count
    FROM (SELECT limit_key, COUNT(*) AS count FROM freed GROUP BY limit_key) AS counted
    JOIN limit_state ON limit_state.limit_key = counted.limit_key
    LEFT JOIN job_limit ON job_limit.name = limit_state.limit_name
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
    WHERE state.kind = 0
),
passed AS (
    UPDATE job
    SET state = 2, reason = 0, limit_key = NULL
    FROM first
    WHERE job.id >= first.id AND job.id <= first.id
    RETURNING job.id, job.lane, first.limit_key
),
held AS (
    UPDATE limit_use
    SET is_held = 1
    FROM passed
    WHERE limit_use.job >= passed.id AND limit_use.job <= passed.id AND limit_use.limit_key = passed.limit_key
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
),
held AS (
    UPDATE limit_use
    SET is_held = 1
    FROM freed
    WHERE limit_use.job >= freed.id AND limit_use.job <= freed.id AND limit_use.limit_key = :key
)
SELECT freed.id, freed.lane,
       CASE WHEN EXISTS (
                SELECT 1
                FROM limit_use
                WHERE limit_use.job = freed.id AND limit_use.limit_key <> :key) THEN 0
            ELSE 1 END
FROM freed;
