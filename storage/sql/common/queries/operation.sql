-- name: job_reset
-- As if it had never run. The lease stays, so that no earlier run can write any more.
UPDATE job
SET attempt = 0, crashes = 0, recoveries = 0, interruptions = 0, warnings = 0, started_at = NULL, result = NULL,
    server = NULL, cancel_requested_at = NULL, expires_at = NULL
WHERE id ${in:ids};

-- name: job_take_key
UPDATE job SET unique_slot = unique_wanted WHERE id = :id;

-- name: job_wanted_key
SELECT unique_wanted FROM job WHERE id = :id AND unique_wanted IS NOT NULL;

-- name: job_forget_calls
-- What a job hands in when it runs again counts anew.
UPDATE job SET call_no = NULL WHERE creator ${in:ids};

-- name: job_ask_to_stop
UPDATE job SET cancel_requested_at = :now WHERE id ${in:ids} AND cancel_requested_at IS NULL;

-- name: job_change_lane
-- Of jobs that are held.
UPDATE job
SET lane = given.lane, priority = given.priority, order_key = given.order_key
FROM ${rows: id bigint, lane bigint, priority integer, order_key bigint}
WHERE job.id = given.id;

-- name: job_checkpoint_delete
DELETE FROM job_checkpoint WHERE job ${in:ids};

-- name: job_step_delete
DELETE FROM job_step WHERE job ${in:ids};
