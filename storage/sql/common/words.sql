-- Words that every dialect says alike; see storage/sql/README.md.
--
-- could_run: of a job in `lane`, that its queue is not paused and somebody serves its type there, at :now.
-- is_awaited: of a key in `limit_state`, that jobs are parked for it.

-- word: could_run
NOT EXISTS (
    SELECT 1
    FROM queue
    WHERE queue.name = lane.queue AND queue.paused_at IS NOT NULL
          AND (queue.paused_until IS NULL OR queue.paused_until > :now))
AND EXISTS (
    SELECT 1
    FROM server
    JOIN served_type ON served_type.server = server.id
    JOIN served_queue ON served_queue.server = server.id
    WHERE server.state = 1 AND served_type.type = lane.type AND served_type.payload_version = lane.payload_version
          AND served_queue.queue IN ('', lane.queue))

-- word: is_awaited
EXISTS (
    SELECT 1
    FROM job
    WHERE job.limit_key = limit_state.limit_key AND job.limit_key IS NOT NULL AND job.state = 0)
