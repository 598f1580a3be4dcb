-- name: transaction_begin
-- Differs because: each database has its own words for it.
BEGIN TRANSACTION;

-- name: transaction_begin_reading
-- Differs because: each database has its own words for it.
BEGIN TRANSACTION;

-- name: transaction_commit
-- Differs because: SQL Server wants the word TRANSACTION.
COMMIT TRANSACTION;

-- name: transaction_rollback
-- Differs because: SQL Server wants the word TRANSACTION.
ROLLBACK TRANSACTION;

-- name: clock_now
-- Only here because: SQLite has no clock of its own.
SELECT DATEDIFF_BIG(MICROSECOND, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME());
