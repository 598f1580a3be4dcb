-- name: definition_list
SELECT definition.id, definition.name, definition.source, definition.revision, definition.body, definition.next_at,
       definition.retired_at, definition.paused_at, definition.paused_until, definition.paused_by, definition.pause_reason,
       definition.missed_first, definition.missed_last
FROM definition
WHERE definition.retired_at IS NULL
ORDER BY definition.name;

-- name: definition_find
-- Retired ones, too.
SELECT definition.id, definition.name, definition.source, definition.revision, definition.body, definition.next_at,
       definition.retired_at, definition.paused_at, definition.paused_until, definition.paused_by, definition.pause_reason,
       definition.missed_first, definition.missed_last
FROM ${rows: name text}
JOIN definition ON definition.name = given.name;

-- name: definition_due
SELECT ${top:count} id, revision, next_at
FROM definition
WHERE next_at <= :now AND next_at IS NOT NULL
ORDER BY next_at
${limit:count};

-- name: definition_next
SELECT MIN(next_at) FROM definition WHERE next_at > :now AND next_at IS NOT NULL;

-- name: definition_change_number
SELECT number FROM definition_change WHERE id = 1;

-- name: definition_raise_change
UPDATE definition_change SET number = number + 1 WHERE id = 1;

-- name: definition_owner_list
SELECT name, source FROM definition WHERE retired_at IS NULL;

-- name: definition_insert
INSERT INTO definition (name, source, applied_by, revision, body, next_at, created_at, updated_at)
SELECT given.name, given.source, :server, 1, given.body, given.next_at, CAST(:now AS bigint), CAST(:now AS bigint)
FROM ${rows: name text, source text, body text, next_at bigint};

-- name: definition_change
UPDATE definition
SET source = given.source, applied_by = :server, revision = definition.revision + 1, body = given.body,
    next_at = given.next_at, staged_until = NULL, retired_at = NULL, updated_at = :now
FROM ${rows: id bigint, source text, body text, next_at bigint}
WHERE definition.id = given.id;

-- name: definition_retire
UPDATE definition
SET revision = definition.revision + 1, next_at = NULL, staged_until = NULL, retired_at = :now, updated_at = :now
WHERE definition.id ${in:ids};

-- name: definition_hold
SELECT id, revision, next_at
FROM definition ${locked}
WHERE id ${in:ids}
ORDER BY id
${for_update};

-- name: definition_move_cursors
-- Of definitions that are held.
UPDATE definition
SET next_at = given.next_at, staged_until = NULL, missed_first = COALESCE(given.missed_first, definition.missed_first),
    missed_last = COALESCE(given.missed_last, definition.missed_last)
FROM ${rows: id bigint, next_at bigint, missed_first bigint, missed_last bigint}
WHERE definition.id = given.id;

-- name: definition_claim_staging
-- An end that is further away than anybody asks for was written by a clock that was ahead.
UPDATE definition
SET stager = :stager, staging_server = :server, staged_until = :until
WHERE id = :id AND revision = :revision AND next_at = :seen AND next_at IS NOT NULL
      AND (staged_until IS NULL OR staged_until <= :now OR staged_until > :until OR stager = :stager
           OR NOT EXISTS (
               SELECT 1
               FROM server
               WHERE server.id = definition.staging_server AND server.state = 1));

-- name: definition_backfilled
SELECT nominal_at
FROM job
WHERE definition = :id AND origin = 2 AND nominal_at >= :from AND nominal_at < :to AND nominal_at IS NOT NULL
UNION
SELECT nominal_at FROM batch_instant WHERE definition = :id AND nominal_at >= :from AND nominal_at < :to;

-- name: batch_instant_insert
INSERT INTO batch_instant (definition, nominal_at, batch)
SELECT given.definition, given.nominal_at, given.batch
FROM ${rows: definition bigint, nominal_at bigint, batch bigint}
WHERE NOT EXISTS (
    SELECT 1
    FROM batch_instant ${locked}
    WHERE batch_instant.definition = given.definition AND batch_instant.nominal_at = given.nominal_at)
${unless_there};

-- name: definition_pause
-- The revision stays: it tells what the definition says.
UPDATE definition
SET next_at = :next_at, staged_until = NULL, paused_at = :paused_at, paused_until = :until, paused_by = :by,
    pause_reason = :reason
WHERE id = :id;

-- name: definition_open_runs
-- Of each the run of the latest instant that is not final, if there is one.
SELECT definition.id,
       (SELECT ${top:count} job.id
        FROM job
        WHERE job.definition = definition.id AND job.definition IS NOT NULL AND job.origin = 1 AND job.state < 4
        ORDER BY job.nominal_at DESC
        ${limit:count})
FROM definition
WHERE definition.id ${in:ids};

-- name: definition_runs
-- All of them.
SELECT id
FROM job
WHERE definition = :id AND definition IS NOT NULL AND origin = 1 AND state < 4
ORDER BY id;
