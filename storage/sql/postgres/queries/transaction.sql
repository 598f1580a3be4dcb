-- name: transaction_begin
-- Differs because: each database has its own words for it.
BEGIN;

-- name: transaction_begin_reading
-- Differs because: each database has its own words for it.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: transaction_commit
-- Differs because: SQL Server wants the word TRANSACTION.
COMMIT;

-- name: transaction_rollback
-- Differs because: SQL Server wants the word TRANSACTION.
ROLLBACK;

-- name: clock_now
-- Only here because: SQLite has no clock of its own.
SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint);
