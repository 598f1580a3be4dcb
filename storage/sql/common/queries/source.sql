-- name: source_list
SELECT source, revision, digest, applied_by, applied_at
FROM source_revision
WHERE NOT EXISTS (
    SELECT 1
    FROM source_revision AS later
    WHERE later.source = source_revision.source AND later.revision > source_revision.revision)
ORDER BY source;

-- name: source_had
SELECT revision FROM source_revision WHERE source = :source AND digest = :digest;

-- name: source_add
-- Somebody who has read the same revision, and is quicker, makes this break the key.
INSERT INTO source_revision (source, revision, digest, applied_by, applied_at)
VALUES (:source, :revision, :digest, :server, :now);

-- name: source_forget
DELETE FROM source_revision WHERE source = :source AND revision <= :revision;

-- name: refusal_list
SELECT application, server, problems, refused_at FROM refused_configuration ORDER BY application, server;

-- name: refusal_find
SELECT problems FROM refused_configuration WHERE application = :application AND server = :server;

-- name: refusal_drop
DELETE FROM refused_configuration WHERE application = :application AND server = :server;

-- name: refusal_add
INSERT INTO refused_configuration (application, server, problems, refused_at)
VALUES (:application, :server, :problems, :now);

-- name: refusal_forget
-- Of servers that are not known any more. One that begins tells it before it is known.
DELETE FROM refused_configuration
WHERE refused_at < :before AND NOT EXISTS (
    SELECT 1
    FROM server
    WHERE server.application = refused_configuration.application AND server.name = refused_configuration.server);
