-- A slot that was handed to a job whose run has not begun is promised: it is nobody else's. Runs hold what they need of
-- concurrent limits, which nobody has to write down: of those `taken` counts promises and runs, of rates promises.
CREATE TABLE limit_promise (
    job bigint NOT NULL,
    limit_key nvarchar(201) COLLATE Latin1_General_100_BIN2 NOT NULL,
    PRIMARY KEY (job, limit_key)
);

INSERT INTO limit_promise (job, limit_key)
SELECT limit_use.job, limit_use.limit_key
FROM limit_use
JOIN job ON job.id = limit_use.job
WHERE job.state = 2 AND limit_use.is_held = 1;

ALTER TABLE limit_use DROP COLUMN is_held;

-- The limit, as it stands in job_limit. Kind nothing: it was removed, and jobs that need it run without it.
ALTER TABLE limit_state ADD kind smallint NULL;

ALTER TABLE limit_state ADD capacity bigint NOT NULL DEFAULT 0;

ALTER TABLE limit_state ADD window_length bigint NOT NULL DEFAULT 0;

UPDATE limit_state
SET kind = (SELECT job_limit.kind FROM job_limit WHERE job_limit.name = limit_state.limit_name),
    capacity = COALESCE((SELECT job_limit.capacity FROM job_limit WHERE job_limit.name = limit_state.limit_name), 0),
    window_length = COALESCE((SELECT job_limit.window_length FROM job_limit WHERE job_limit.name = limit_state.limit_name), 0);

UPDATE limit_state SET taken = 0 WHERE kind IS NULL;

DELETE FROM limit_promise
WHERE limit_key IN (SELECT limit_state.limit_key FROM limit_state WHERE limit_state.kind IS NULL);

-- The queues that a server takes jobs from; the empty name: from all.
CREATE TABLE served_queue (
    server bigint NOT NULL,
    queue nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    PRIMARY KEY (server, queue)
);

INSERT INTO served_queue (server, queue) SELECT id, '' FROM server WHERE state = 1;
