-- name: server_command_insert
INSERT INTO server_command (id, server, state, verb, argument, by_whom, answer, created_at, expires_at, finished_at)
VALUES (:id, :server, 0, :verb, :argument, :by, '', :now, :expires_at, NULL);

-- name: server_command_open_of
-- For whom nobody waits any more is left alone.
SELECT id, verb, argument, by_whom
FROM server_command
WHERE state = 0 AND server = :server AND expires_at > :now
ORDER BY id;

-- name: server_command_answer
UPDATE server_command SET state = :state, answer = :answer, finished_at = :now WHERE id = :id AND state + 0 = 0;

-- name: server_command_answers
SELECT id, state, answer FROM server_command WHERE id ${in:ids} AND state + 0 <> 0;

-- name: server_command_purge
DELETE FROM server_command WHERE created_at < :before;

-- name: served_plugin_insert
INSERT INTO served_plugin (server, place, plugin, file_name, version, digest, generation, state, reason)
VALUES (:server, :place, :plugin, :file, :version, :digest, :generation, :state, :reason);

-- name: served_plugin_list
SELECT server, plugin, file_name, version, digest, generation, state, reason
FROM served_plugin
WHERE server IN (SELECT id FROM server WHERE state = 1)
ORDER BY server, place;

-- name: served_plugin_delete
DELETE FROM served_plugin WHERE server = :id;
