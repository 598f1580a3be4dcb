-- name: policy_list
SELECT id, body FROM policy ORDER BY id;

-- name: definition_body_list
SELECT id, body FROM definition WHERE retired_at IS NULL ORDER BY id;
