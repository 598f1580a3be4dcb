-- name: counter_list
SELECT lane, state, CAST(SUM(count) AS bigint) FROM job_counter GROUP BY lane, state;

-- name: counter_difference
-- One statement, so that jobs and counters are looked at in the same instant.
SELECT lane, state, CAST(SUM(count) AS bigint)
FROM (SELECT lane, state, COUNT(*) AS count FROM job GROUP BY lane, state
      UNION ALL
      SELECT lane, state, -count FROM job_counter) AS counted
GROUP BY lane, state
HAVING SUM(count) <> 0;

-- name: counter_take
DELETE FROM job_counter WHERE slot <> 0 RETURNING lane, state, count;
