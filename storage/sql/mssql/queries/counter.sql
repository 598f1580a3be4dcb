-- name: counter_add
-- Differs because: T-SQL has no upsert but MERGE, which is no safer. First the rows that are missing come, with nothing
-- in them; then all are raised. The other way round, a row that another transaction with the same slot adds in between
-- would be neither raised nor added. UPDLOCK and HOLDLOCK keep what was found, or found missing, as it is.
INSERT INTO job_counter (slot, lane, state, count)
SELECT :slot, given.lane, given.state, 0
FROM OPENJSON(CAST(:rows AS nvarchar(max))) WITH (lane bigint, state smallint, change bigint) AS given
WHERE NOT EXISTS (
    SELECT 1
    FROM job_counter WITH (ROWLOCK, UPDLOCK, HOLDLOCK)
    WHERE job_counter.slot = :slot AND job_counter.lane = given.lane AND job_counter.state = given.state)
UPDATE job_counter
SET count = job_counter.count + given.change
FROM OPENJSON(CAST(:rows AS nvarchar(max))) WITH (lane bigint, state smallint, change bigint) AS given
WHERE job_counter.slot = :slot AND job_counter.lane = given.lane AND job_counter.state = given.state;

-- name: counter_take
-- Differs because: T-SQL says OUTPUT instead of RETURNING.
DELETE FROM job_counter OUTPUT deleted.lane, deleted.state, deleted.count WHERE slot <> 0;
