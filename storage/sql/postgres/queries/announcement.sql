-- name: announce
-- Only here because: on SQLite a file is touched.
NOTIFY jobhost_${schema};

-- name: wake_read
-- Only here because: over ODBC notifications do not reach us. Whatever is written moves this, which is often enough and
-- never too late.
SELECT CAST(pg_current_wal_insert_lsn() - CAST('0/0' AS pg_lsn) AS bigint);
