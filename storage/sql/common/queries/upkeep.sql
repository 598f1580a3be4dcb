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
WHERE definition = :definition AND state = :state AND state >= 4
ORDER BY finished_at DESC, id DESC
LIMIT :count OFFSET :keep;
