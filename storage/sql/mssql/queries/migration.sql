-- name: schema_name
-- Only here because: SQLite has none. On SQL Server the user of the database decides it.
SELECT SCHEMA_NAME();

-- name: migration_lock
-- Only here because: SQLite has one writer. This lock ends with the transaction. Any negative outcome means that it
-- is not ours.
DECLARE @outcome int
EXEC @outcome = sp_getapplock @Resource = N'jobhost', @LockMode = N'Exclusive', @LockOwner = N'Transaction',
                              @LockTimeout = ${timeout}
IF @outcome < 0
    THROW 50000, N'another program is bringing the schema up to date, and did not end in time', 1
SELECT N'locked';

-- name: migration_table_exists
-- Differs because: each database has its own catalog. Our tables lie in the default schema of the database's user.
SELECT 1 FROM sys.tables WHERE name = N'schema_migration' AND SCHEMA_NAME(schema_id) = SCHEMA_NAME();

-- name: migration_table_create
-- Differs because: each database has its own types, and T-SQL has no CREATE TABLE IF NOT EXISTS.
IF NOT EXISTS (
    SELECT 1 FROM sys.tables WHERE name = N'schema_migration' AND SCHEMA_NAME(schema_id) = SCHEMA_NAME())
CREATE TABLE schema_migration (
    number int NOT NULL PRIMARY KEY,
    name nvarchar(max) NOT NULL,
    checksum nvarchar(max) NOT NULL,
    applied_at bigint NOT NULL
);
