-- name: server_insert
INSERT INTO server (incarnation, name, application, host_name, pid, workers, state, beat, lease, started_at)
VALUES (:incarnation, :name, :application, :host_name, :pid, :workers, 1, 0, :lease, :now);

-- name: server_find
SELECT id, state FROM server WHERE incarnation = :incarnation;

-- name: server_state
SELECT state FROM server WHERE id = :id;

-- name: server_beat
UPDATE server SET beat = beat + 1, lease = :lease WHERE id = :id AND state = 1;

-- name: server_end
UPDATE server SET state = :state, stopped_at = :now WHERE id = :id AND state = 1;

-- name: server_end_silent
UPDATE server SET state = :state, stopped_at = :now WHERE id = :id AND state = 1 AND beat = :beat;

-- name: server_list
SELECT id, incarnation, name, application, host_name, pid, workers, state, started_at, stopped_at, beat, lease
FROM server
ORDER BY id;

-- name: served_types
SELECT type, payload_version, MAX(plugin_version), MAX(digest), MAX(arguments_schema), MAX(description), MIN(is_older),
       MAX(is_privileged)
FROM served_type
WHERE server IN (SELECT id FROM server WHERE state = 1)
GROUP BY type, payload_version
ORDER BY type, payload_version;

-- name: server_hold_live
SELECT id FROM server ${locked} WHERE id = :id AND state = 1 ${for_update};

-- name: served_type_delete
DELETE FROM served_type WHERE server = :id;

-- name: served_queue_insert
INSERT INTO served_queue (server, queue)
SELECT CAST(:server AS bigint), given.queue
FROM ${rows: queue text};

-- name: served_queue_list
SELECT server, queue FROM served_queue WHERE queue <> '' ORDER BY server, queue;

-- name: served_queue_delete
DELETE FROM served_queue WHERE server = :id;

-- name: server_stranded
SELECT DISTINCT server
FROM job
WHERE state = 3 AND server NOT IN (SELECT id FROM server WHERE state = 1)
ORDER BY server
LIMIT :count;

-- name: server_forget
-- Not one that holds jobs, which somebody will recover.
DELETE FROM server
WHERE state <> 1 AND stopped_at < :before
      AND NOT EXISTS (SELECT 1 FROM job WHERE job.state = 3 AND job.server = server.id);
