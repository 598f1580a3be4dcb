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
SELECT child, position, child_is_batch, met
FROM job_edge
WHERE parent ${in:ids} AND met <> 2
ORDER BY child, position;

-- name: edge_of
SELECT child, parent, is_batch, condition, met, result
FROM job_edge
WHERE child ${in:ids}
ORDER BY child, position;

-- name: edge_children_of
-- Whatever has become of them.
SELECT parent, child, child_is_batch FROM job_edge WHERE parent ${in:ids};

-- name: edge_follower
-- The first job of a definition that waits for another one, or waited.
SELECT MIN(job_edge.child)
FROM job_edge
JOIN job ON job.id = job_edge.child
WHERE job_edge.parent = :parent AND job_edge.child_is_batch = 0 AND job.definition = :definition;

-- name: edge_children_of_members
SELECT job.batch, job_edge.parent, job_edge.child, job_edge.child_is_batch
FROM job
JOIN job_edge ON job_edge.parent = job.id
WHERE job.batch ${in:ids} AND job.batch IS NOT NULL;

-- name: edge_open_parents
SELECT DISTINCT ${top:count} parent FROM job_edge WHERE met = 2 AND parent > :after ORDER BY parent ${limit:count};

-- name: edge_still_open_of
SELECT DISTINCT parent FROM job_edge WHERE parent ${in:ids} AND met = 2;

-- name: edge_children
SELECT ${top:count} child, child_is_batch, condition, met
FROM job_edge
WHERE parent = :parent
ORDER BY child
${limit:count};
