-- The calls by which a job's runs have handed in jobs, from 1 on, so that a rerun finds what an earlier run has handed in
-- instead of doing so again. Digest: of what was asked for. Ids: what it was answered, as 100-104,7.
CREATE TABLE job_call (
    job bigint NOT NULL,
    number bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    ids text COLLATE "C" NOT NULL,
    PRIMARY KEY (job, number)
);

-- In its place.
DROP INDEX job_created_by;
ALTER TABLE job DROP COLUMN call_no;
