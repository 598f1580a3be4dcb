-- name: announce
-- Only here because: on SQLite a file is touched.
UPDATE wake SET raised = raised + 1 WHERE id = 1;

-- name: wake_read
-- Only here because: only SQL Server has the table.
SELECT raised FROM wake WHERE id = 1;
