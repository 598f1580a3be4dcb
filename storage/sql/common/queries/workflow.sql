-- name: job_hold
SELECT id, lane, state, reason, flags, batch, due_at, delay, priority, order_key
FROM job ${locked}
WHERE id ${in:ids}
ORDER BY id
${for_update};

-- name: job_put
-- Of jobs that this transaction holds: what their state says anew. What is final keeps no key to itself.
UPDATE job
SET state = given.state, reason = given.reason, due_at = given.due_at, order_key = given.order_key,
    enqueued_at = COALESCE(given.enqueued_at, job.enqueued_at), finished_at = given.finished_at,
    limit_key = given.limit_key,
    unique_slot = CASE WHEN given.state >= 4 THEN NULL ELSE unique_slot END
FROM ${rows: id bigint, state smallint, reason smallint, due_at bigint, order_key bigint, enqueued_at bigint,
             finished_at bigint, limit_key text}
WHERE job.id = given.id;

-- name: job_flag
UPDATE job SET flags = flags | :flag WHERE id ${in:ids};

-- name: job_batches
SELECT id, batch FROM job WHERE id ${in:ids} AND batch IS NOT NULL;

-- name: job_existing
SELECT id, state FROM job WHERE id ${in:ids};

-- name: job_results
SELECT id, result FROM job WHERE id ${in:ids} AND result IS NOT NULL;

-- name: job_members
-- In the order of job_of_batch.
SELECT ${top:count} id FROM job WHERE batch = :batch AND state = :state AND id > :after ORDER BY id ${limit:count};

-- name: job_members_waiting
-- For the start of their batch, and for nothing else.
SELECT ${top:count} id FROM job WHERE batch = :batch AND state = 0 AND reason = 11 ORDER BY id ${limit:count};

-- name: job_members_unmet
-- Those that were deleted with their batch, and not for what they themselves waited for.
SELECT ${top:count} id
FROM job
WHERE batch = :batch AND state = 6 AND reason = 63
      AND NOT EXISTS (SELECT 1 FROM job_edge WHERE job_edge.child = job.id AND job_edge.met = 0)
ORDER BY id
${limit:count};

-- name: job_members_unmet_count
SELECT CAST(COUNT(*) AS bigint)
FROM job
WHERE batch = :batch AND state = 6 AND reason = 63
      AND NOT EXISTS (SELECT 1 FROM job_edge WHERE job_edge.child = job.id AND job_edge.met = 0);

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

-- name: job_cancel_running_members
UPDATE job
SET cancel_requested_at = :now
WHERE batch = :batch AND state = 3 AND cancel_requested_at IS NULL;

-- name: batch_hold
-- From the innermost.
SELECT id, within_batch, state, members, unfinished, unsuccessful, cancel_requested_at, is_unmet, finished_at
FROM batch ${locked}
WHERE id ${in:ids}
ORDER BY id DESC
${for_update};

-- name: batch_put
-- Of batches that this transaction holds.
UPDATE batch
SET state = given.state, members = given.members, unfinished = given.unfinished, unsuccessful = given.unsuccessful,
    cancel_requested_at = given.cancel_requested_at, is_unmet = given.is_unmet, finished_at = given.finished_at
FROM ${rows: id bigint, state smallint, members bigint, unfinished bigint, unsuccessful bigint,
             cancel_requested_at bigint, is_unmet smallint, finished_at bigint}
WHERE batch.id = given.id;

-- name: batch_insert
INSERT INTO batch (id, within_batch, name, state, members, unfinished, unsuccessful, is_unmet, created_at)
SELECT given.id, given.within_batch, given.name, given.state, given.members, given.members, 0, 0, CAST(:now AS bigint)
FROM ${rows: id bigint, within_batch bigint, name text, state smallint, members bigint}
WHERE NOT EXISTS (SELECT 1 FROM batch ${locked} WHERE batch.id = given.id)
${unless_there};

-- name: batch_existing
SELECT id FROM batch WHERE id ${in:ids};

-- name: batch_cancelled
-- Without a lock: a batch that a person cancelled stays so.
SELECT id, is_unmet FROM batch WHERE id ${in:ids} AND cancel_requested_at IS NOT NULL;

-- name: batch_waiting_within
-- For the start of the batch around them, and for nothing else.
SELECT ${top:count} id
FROM batch
WHERE within_batch = :batch AND state = 1
      AND NOT EXISTS (SELECT 1 FROM job_edge WHERE job_edge.child = batch.id AND job_edge.met = 2)
ORDER BY id
${limit:count};

-- name: batch_unmet_within
SELECT id FROM batch WHERE within_batch = :batch AND is_unmet = 1 ORDER BY id;

-- name: batch_open_within
SELECT ${top:count} id
FROM batch
WHERE within_batch = :batch AND state <= 2 AND cancel_requested_at IS NULL
ORDER BY id
${limit:count};

-- name: edge_insert
INSERT INTO job_edge (child, position, parent, is_batch, child_is_batch, condition, met)
SELECT given.child, given.position, given.parent, given.is_batch, given.child_is_batch, given.condition, 2
FROM ${rows: child bigint, position integer, parent bigint, is_batch smallint, child_is_batch smallint,
             condition smallint};

-- name: edge_open_of
SELECT ${top:count} parent, child, position, child_is_batch, condition
FROM job_edge
WHERE parent ${in:ids} AND met = 2
ORDER BY parent, child
${limit:count};

-- name: edge_put
UPDATE job_edge
SET met = given.met, result = given.result
FROM ${rows: child bigint, position integer, met smallint, result text}
WHERE job_edge.child = given.child AND job_edge.position = given.position;

-- name: edge_open_counts
SELECT child, SUM(CASE WHEN met = 2 THEN 1 ELSE 0 END), SUM(CASE WHEN met = 0 THEN 1 ELSE 0 END)
FROM job_edge
WHERE child ${in:ids}
GROUP BY child;

-- name: edge_closed_of
SELECT child, position, child_is_batch FROM job_edge WHERE parent ${in:ids} AND met <> 2 ORDER BY child, position;

-- name: edge_of
SELECT child, parent, is_batch, condition, met, result
FROM job_edge
WHERE child ${in:ids}
ORDER BY child, position;

-- name: edge_children_of
-- Open ones only, of any number of parents.
SELECT child, child_is_batch FROM job_edge WHERE parent ${in:ids} AND met = 2;

-- name: work_insert
INSERT INTO unfinished_work (kind, subject)
SELECT CAST(:kind AS smallint), CAST(:subject AS bigint)
WHERE NOT EXISTS (SELECT 1 FROM unfinished_work ${locked} WHERE kind = :kind AND subject = :subject)
${unless_there};

-- name: work_next
SELECT ${top:count} kind, subject FROM unfinished_work ORDER BY kind, subject ${limit:count};

-- name: work_delete
DELETE FROM unfinished_work WHERE kind = :kind AND subject = :subject;

-- name: tag_insert
INSERT INTO job_tag (job, tag)
SELECT given.job, given.tag
FROM ${rows: job bigint, tag text}
WHERE NOT EXISTS (SELECT 1 FROM job_tag ${locked} WHERE job_tag.job = given.job AND job_tag.tag = given.tag)
${unless_there};

-- name: job_insert_more
-- For jobs that have more than most. What may be there already was looked for before: this is for what another
-- transaction has put there since then.
INSERT INTO job (id, lane, payload_version, priority, order_key, state, reason, due_at, expires_at, nominal_at,
                 origin, definition, policy, arguments, created_at, enqueued_at, flags, batch, delay, creator, call_no,
                 unique_slot, unique_wanted)
SELECT given.id, given.lane, given.payload_version, given.priority, given.order_key, given.state, given.reason,
       given.due_at, given.expires_at, given.nominal_at, given.origin, given.definition, given.policy, given.arguments,
       CAST(:now AS bigint), given.enqueued_at, given.flags, given.batch, given.delay, given.creator, given.call_no,
       given.unique_slot, given.unique_wanted
FROM ${rows: id bigint, lane bigint, payload_version integer, priority integer, order_key bigint, state smallint,
             reason smallint, due_at bigint, expires_at bigint, nominal_at bigint, origin smallint, definition bigint,
             policy bigint, arguments text, enqueued_at bigint, flags smallint, batch bigint, delay bigint,
             creator bigint, call_no integer, unique_slot text, unique_wanted text}
WHERE NOT EXISTS (SELECT 1 FROM job ${locked} WHERE job.id = given.id)
${unless_there};

-- name: job_of_call
SELECT id, call_no, lane, arguments FROM job WHERE creator = :creator AND call_no IS NOT NULL ORDER BY call_no;

-- name: job_of_instant
SELECT id
FROM job
WHERE definition = :definition AND nominal_at = :nominal_at AND origin = :origin AND nominal_at IS NOT NULL
      AND definition IS NOT NULL;

-- name: job_of_slot
SELECT id, lease FROM job WHERE unique_slot = :slot AND unique_slot IS NOT NULL;

-- name: job_replace
-- A job that has never run and is held.
UPDATE job
SET arguments = COALESCE(:arguments, arguments), priority = COALESCE(:priority, priority), delay = NULL
WHERE id = :id;

-- name: job_due_when_released
UPDATE job SET due_at = :due_at WHERE id = :id;

-- name: window_of_slot
SELECT job, until_at FROM unique_window ${locked} WHERE slot = :slot ${for_update};

-- name: window_delete
DELETE FROM unique_window WHERE slot = :slot;

-- name: window_insert
INSERT INTO unique_window (slot, job, until_at)
SELECT :slot, CAST(:job AS bigint), CAST(:until AS bigint)
WHERE NOT EXISTS (SELECT 1 FROM unique_window ${locked} WHERE slot = :slot)
${unless_there};

-- name: limit_names
SELECT name FROM job_limit;

-- name: limit_use_insert
INSERT INTO limit_use (job, position, limit_key, limit_name, is_held)
SELECT given.job, given.position, given.limit_key, given.limit_name, 0
FROM ${rows: job bigint, position integer, limit_key text, limit_name text};

-- name: batch_chain
SELECT id, within_batch FROM batch WHERE id ${in:ids};

-- name: edge_open_parents
SELECT DISTINCT ${top:count} parent FROM job_edge WHERE met = 2 AND parent > :after ORDER BY parent ${limit:count};

-- name: batch_in_state
SELECT ${top:count} id FROM batch WHERE state = :state AND id > :after ORDER BY id ${limit:count};

-- name: work_of
SELECT kind, subject FROM unfinished_work WHERE subject ${in:ids};

-- name: run_hold
SELECT id
FROM job ${locked}
WHERE id = :id AND state + 0 = 3 AND server + 0 = :server AND lease = :lease
${for_update};
