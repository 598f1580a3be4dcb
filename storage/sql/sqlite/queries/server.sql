-- name: served_type_insert
-- Differs because: SQLite reads a JSON array with json_each.
INSERT INTO served_type (server, type, payload_version, plugin_version, digest, arguments_schema, description, is_older,
                         is_privileged)
SELECT :server, value->>'type', value->>'payload_version', value->>'plugin_version', value->>'digest',
       value->>'arguments_schema', value->>'description', value->>'is_older', value->>'is_privileged'
FROM json_each(:rows);

-- name: server_recover
-- Differs because: SQLite has one writer, so there is no lock to ask for or to skip.
UPDATE job
SET state = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN 6 ELSE 2 END,
    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN 60 WHEN expires_at <= :now THEN 61 ELSE 0 END,
    finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN :now END,
    unique_slot = CASE WHEN cancel_requested_at IS NOT NULL OR expires_at <= :now THEN NULL ELSE unique_slot END,
    server = NULL,
    recoveries = recoveries + 1
WHERE id IN (SELECT id FROM job WHERE state = 3 AND server = :server ORDER BY id LIMIT :count)
RETURNING id, attempt, lane, state, flags, batch;
