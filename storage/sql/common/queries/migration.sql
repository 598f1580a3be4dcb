-- name: migration_list
SELECT number, name, checksum FROM schema_migration ORDER BY number;

-- name: migration_insert
INSERT INTO schema_migration (number, name, checksum, applied_at)
VALUES (:number, :name, :checksum, :applied_at);
