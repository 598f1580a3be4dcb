-- name: transaction_begin
-- Only here because: SQLite's writer begins its transactions itself.
BEGIN TRANSACTION;

-- name: transaction_begin_reading
-- Only here because: SQLite's readers begin their transactions themselves.
BEGIN TRANSACTION;

-- name: transaction_commit
-- Only here because: SQLite's writer ends its transactions itself.
COMMIT TRANSACTION;

-- name: transaction_rollback
-- Only here because: SQLite's writer ends its transactions itself.
ROLLBACK TRANSACTION;

-- name: clock_now
-- Only here because: SQLite has no clock of its own.
SELECT DATEDIFF_BIG(MICROSECOND, CAST('1970-01-01' AS datetime2), SYSUTCDATETIME());
