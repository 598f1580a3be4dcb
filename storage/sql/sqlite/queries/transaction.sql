-- name: transaction_begin
-- Differs because: SQLite's writer says at once that it will write, or it may find later that it cannot.
BEGIN IMMEDIATE;

-- name: transaction_begin_reading
-- Differs because: SQLite reads a snapshot in any transaction.
BEGIN;

-- name: transaction_commit
-- Differs because: SQL Server wants the word TRANSACTION.
COMMIT;

-- name: transaction_rollback
-- Differs because: SQL Server wants the word TRANSACTION.
ROLLBACK;
