-- name: counter_add
-- Differs because: PostgreSQL reads JSON with json_to_recordset.
INSERT INTO job_counter (slot, lane, state, count)
SELECT CAST(:slot AS bigint), lane, state, change
FROM json_to_recordset(CAST(:rows AS json)) AS given (lane bigint, state smallint, change bigint)
ON CONFLICT (slot, lane, state) DO UPDATE SET count = job_counter.count + excluded.count;
