-- name: migration_table_exists
-- Differs because: each database has its own catalog.
SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration';

-- name: migration_table_create
-- Differs because: only SQLite has STRICT tables.
CREATE TABLE IF NOT EXISTS schema_migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT;
