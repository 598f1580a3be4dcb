-- Older: jobs of this payload version are taken, and new ones get a later one. Privileged: jobs may not hand it in.
ALTER TABLE served_type ADD COLUMN is_older integer NOT NULL DEFAULT 0;
ALTER TABLE served_type ADD COLUMN is_privileged integer NOT NULL DEFAULT 0;

-- Bytes of the result, so that what one job keeps can be bounded.
ALTER TABLE job_step ADD COLUMN size bigint NOT NULL DEFAULT 0;
