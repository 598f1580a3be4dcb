-- name: counter_add
-- Differs because: SQLite reads a JSON array with json_each, and wants WHERE before ON CONFLICT.
INSERT INTO job_counter (slot, lane, state, count)
SELECT :slot, value->>'lane', value->>'state', value->>'change'
FROM json_each(:rows)
WHERE true
ON CONFLICT (slot, lane, state) DO UPDATE SET count = count + excluded.count;
