-- name: served_type_insert
-- Differs because: PostgreSQL reads JSON with json_to_recordset.
INSERT INTO served_type (server, type, payload_version, plugin_version, digest, arguments_schema, description, is_older,
                         is_privileged)
SELECT CAST(:server AS bigint), type, payload_version, plugin_version, digest, arguments_schema, description, is_older,
       is_privileged
FROM json_to_recordset(CAST(:rows AS json)) AS given (
    type text, payload_version integer, plugin_version text, digest text, arguments_schema text, description text,
    is_older integer, is_privileged integer);

-- name: server_recover
-- Differs because: rows that another transaction holds are skipped; it may be settling them.
UPDATE job
SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 2 END,
    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
    finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN CAST(:now AS bigint) END,
    unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
    server = NULL,
    recoveries = recoveries + 1
WHERE ctid = ANY (ARRAY(
    SELECT ctid
    FROM job
    WHERE state = 3 AND server = :server
    ORDER BY id
    LIMIT :count
    FOR UPDATE SKIP LOCKED))
RETURNING id, attempt, lane, state, flags, batch;
