-- name: schema_name
-- Only here because: SQLite has none. On SQL Server the user of the database decides it.
SELECT CAST('${schema}' AS text);

-- name: schema_exists
-- Only here because: only PostgreSQL keeps our tables in a schema that we make.
SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = '${schema}';

-- name: schema_create
-- Only here because: only PostgreSQL keeps our tables in a schema that we make. Asks for CREATE on the database even if
-- there is nothing to make, so that it is left out then.
CREATE SCHEMA IF NOT EXISTS "${schema}";

-- name: migration_lock
-- Only here because: SQLite has one writer. This lock ends with the transaction.
SELECT CAST(pg_advisory_xact_lock(hashtextextended('jobhost.${schema}', 0)) AS text);

-- name: migration_table_exists
-- Differs because: each database has its own catalog.
SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = '${schema}' AND tablename = 'schema_migration';

-- name: migration_table_create
-- Differs because: each database has its own types.
CREATE TABLE IF NOT EXISTS schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at bigint NOT NULL
);
