-- name: definition_list
SELECT id, name, source, revision, body, next_at FROM definition WHERE retired_at IS NULL ORDER BY name;

-- name: definition_find
SELECT id, source, revision, body, next_at, retired_at FROM definition WHERE name = :name;

-- name: definition_owner_list
SELECT name, source, applied_by FROM definition WHERE retired_at IS NULL;

-- name: definition_insert
INSERT INTO definition (name, source, applied_by, revision, body, next_at, created_at, updated_at)
VALUES (:name, :source, :server, 1, :body, :next_at, :now, :now);

-- name: definition_change
UPDATE definition
SET source = :source, applied_by = :server, revision = revision + 1, body = :body, next_at = :next_at, retired_at = NULL, updated_at = :now
WHERE id = :id;

-- name: definition_retire
UPDATE definition
SET revision = revision + 1, next_at = NULL, retired_at = :now, updated_at = :now
WHERE name = :name;

-- name: definition_move_cursor
UPDATE definition
SET next_at = :next_at
WHERE id = :id AND revision = :revision AND next_at = :seen;
