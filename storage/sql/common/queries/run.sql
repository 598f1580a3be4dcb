-- name: run_hold
SELECT id
FROM job ${locked}
WHERE id = :id AND state + 0 = 3 AND server + 0 = :server AND lease = :lease
${for_update};
