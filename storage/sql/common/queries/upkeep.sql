-- name: policy_list
SELECT id, body FROM policy ORDER BY id;

-- name: definition_body_list
SELECT id, body FROM definition WHERE retired_at IS NULL ORDER BY id;

-- name: job_finished_after
-- The second condition on state is what lets the partial index be used.
SELECT finished_at, id, policy
FROM job
WHERE state = :state AND state >= 4 AND finished_at >= :from AND (finished_at > :from OR id > :id)
      AND finished_at <= :until
ORDER BY finished_at, id
LIMIT :count;

-- name: job_surplus
SELECT id, finished_at
FROM job
WHERE definition = :definition AND state = :state AND state >= 4 AND finished_at <= :from
      AND (finished_at < :from OR id < :id)
ORDER BY finished_at DESC, id DESC
LIMIT :count OFFSET :keep;

-- name: job_special_of
-- What there is to jobs that may go, apart from their own rows.
SELECT id, flags, batch, creator
FROM job
WHERE id ${in:ids} AND (flags <> 0 OR batch IS NOT NULL OR creator IS NOT NULL);

-- name: job_parents_of_waiting
SELECT DISTINCT job_edge.parent
FROM job_edge
JOIN job ON job.id = job_edge.child
WHERE job_edge.parent ${in:ids} AND job.state = 0 AND job_edge.child_is_batch = 0;

-- name: job_parents_of_waiting_batches
SELECT DISTINCT job_edge.parent
FROM job_edge
JOIN batch ON batch.id = job_edge.child
WHERE job_edge.parent ${in:ids} AND batch.state <= 1 AND job_edge.child_is_batch = 1;

-- name: job_unmet_with_parents
-- A parent that runs again would bring them back.
SELECT job_edge.child, job_edge.parent
FROM job_edge
JOIN job ON job.id = job_edge.child
WHERE job_edge.child ${in:ids} AND job_edge.met = 0 AND job.state = 6 AND job.reason = 63
      AND (EXISTS (SELECT 1 FROM job AS maker WHERE maker.id = job_edge.parent)
           OR EXISTS (SELECT 1 FROM batch WHERE batch.id = job_edge.parent));

-- name: window_open_of
SELECT job FROM unique_window WHERE job ${in:ids} AND until_at > :now;

-- name: job_not_final
SELECT id FROM job WHERE id ${in:ids} AND state + 0 < 4;

-- name: batch_open_of
SELECT id FROM batch WHERE id ${in:ids} AND state <= 2;

-- name: tag_delete
DELETE FROM job_tag WHERE job ${in:ids};

-- name: edge_delete
DELETE FROM job_edge WHERE child ${in:ids};

-- name: limit_use_delete
DELETE FROM limit_use WHERE job ${in:ids};

-- name: batch_finished_before
-- Of which nothing is left, and for which nobody waits. Held, as one that gets a new member meanwhile has not finished.
SELECT ${top:count} id
FROM batch ${locked}
WHERE finished_at <= :before AND finished_at IS NOT NULL
      AND NOT EXISTS (
          SELECT 1
          FROM job_edge
          JOIN job ON job.id = job_edge.child
          WHERE job_edge.parent = batch.id AND job_edge.child_is_batch = 0 AND job.state = 0)
      AND NOT EXISTS (
          SELECT 1
          FROM job_edge
          JOIN batch AS waiting ON waiting.id = job_edge.child
          WHERE job_edge.parent = batch.id AND job_edge.child_is_batch = 1 AND waiting.state <= 1)
      AND NOT EXISTS (SELECT 1 FROM batch AS around WHERE around.id = batch.within_batch AND around.state <= 2)
      AND NOT EXISTS (SELECT 1 FROM job WHERE job.batch = batch.id AND job.batch IS NOT NULL)
      AND NOT EXISTS (
          SELECT 1
          FROM batch AS inner_batch
          WHERE inner_batch.within_batch = batch.id AND inner_batch.within_batch IS NOT NULL)
ORDER BY finished_at, id
${limit:count}
${for_update};

-- name: batch_abandoned
-- Nobody has opened it.
SELECT ${top:count} id
FROM batch
WHERE state = 0 AND created_at < :before AND cancel_requested_at IS NULL
ORDER BY id
${limit:count};

-- name: batch_instant_delete
DELETE FROM batch_instant WHERE batch ${in:ids};

-- name: batch_delete
DELETE FROM batch WHERE id ${in:ids};

-- name: unique_window_purge
DELETE FROM unique_window WHERE until_at < :before;

-- name: command_purge
DELETE FROM command WHERE state = 1 AND id <= :last AND finished_at < :before;

-- name: command_last
SELECT MAX(id) FROM command;
