-- The calls by which a job's runs have handed in jobs, from 1 on, so that a rerun finds what an earlier run has handed in
-- instead of doing so again. Digest: of what was asked for. Ids: what it was answered, as 100-104,7.
CREATE TABLE job_call (
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    ids TEXT NOT NULL,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

-- In its place.
DROP INDEX job_created_by;
ALTER TABLE job DROP COLUMN call_no;
