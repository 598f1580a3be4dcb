-- The calls by which a job's runs have handed in jobs, from 1 on, so that a rerun finds what an earlier run has handed in
-- instead of doing so again. Digest: of what was asked for. Ids: what it was answered, as 100-104,7.
CREATE TABLE job_call (
    job bigint NOT NULL,
    number bigint NOT NULL,
    digest nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    ids nvarchar(max) NOT NULL,
    PRIMARY KEY (job, number)
);

-- In its place.
DROP INDEX job_created_by ON job;
ALTER TABLE job DROP COLUMN call_no;
