-- Older: jobs of this payload version are taken, and new ones get a later one. Privileged: jobs may not hand it in.
ALTER TABLE served_type ADD is_older int NOT NULL DEFAULT 0;
ALTER TABLE served_type ADD is_privileged int NOT NULL DEFAULT 0;

-- Bytes of the result, so that what one job keeps can be bounded.
ALTER TABLE job_step ADD size bigint NOT NULL DEFAULT 0;
