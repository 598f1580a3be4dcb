-- name: transaction_begin
-- Only here because: SQLite's writer begins its transactions itself.
BEGIN;

-- name: transaction_begin_reading
-- Only here because: SQLite's readers begin their transactions themselves.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: transaction_commit
-- Only here because: SQLite's writer ends its transactions itself.
COMMIT;

-- name: transaction_rollback
-- Only here because: SQLite's writer ends its transactions itself.
ROLLBACK;

-- name: clock_now
-- Only here because: SQLite has no clock of its own.
SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS bigint);
