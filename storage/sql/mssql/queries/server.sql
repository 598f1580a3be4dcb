-- name: served_type_insert
-- Differs because: T-SQL reads JSON with OPENJSON.
INSERT INTO served_type (server, type, payload_version, plugin_version, digest, arguments_schema, description, is_older,
                         is_privileged)
SELECT :server, given.type, given.payload_version, given.plugin_version, given.digest, given.arguments_schema,
       given.description, given.is_older, given.is_privileged
FROM OPENJSON(CAST(:rows AS nvarchar(max))) WITH (
    type nvarchar(200), payload_version int, plugin_version nvarchar(max), digest nvarchar(max),
    arguments_schema nvarchar(max), description nvarchar(max), is_older int, is_privileged int) AS given;

-- name: server_recover
-- Differs because: rows that another transaction holds are skipped; it may be settling them. A server that knows no
-- such hints waits for them instead, and then looks at their state again. The + keeps that second look from choosing
-- the plan.
UPDATE job
SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 2 END,
    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
    finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN :now END,
    unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
    server = NULL,
    recoveries = recoveries + 1
OUTPUT inserted.id, inserted.attempt, inserted.lane, inserted.state, inserted.flags, inserted.batch
WHERE id IN (
    SELECT TOP (:count) id
    FROM job WITH (ROWLOCK, READPAST, UPDLOCK)
    WHERE state = 3 AND server = :server
    ORDER BY id)
      AND state + 0 = 3 AND server + 0 = :server;

-- name: server_stranded
-- Differs because: T-SQL says TOP instead of LIMIT.
SELECT DISTINCT TOP (:count) server
FROM job
WHERE state = 3 AND server NOT IN (SELECT id FROM server WHERE state = 1)
ORDER BY server;
