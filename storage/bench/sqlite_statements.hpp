// The statements that do the work on SQLite. A batch is one statement with a JSON array of arrays.
#pragma once

namespace jobhost::bench {

inline constexpr const char* kSqliteInsert = R"sql(
INSERT INTO job (id, lane, priority, order_key, state, policy, arguments, created_at, enqueued_at)
SELECT value->>0, value->>1, value->>2, ?2 - (value->>2) * 1000000, 2, value->>3, value->>4, ?2, ?2
FROM json_each(?1)
)sql";

inline constexpr const char* kSqliteCandidates = R"sql(
SELECT order_key, id FROM job
WHERE lane = ?1 AND state = 2 AND (order_key, id) > (?2, ?3)
ORDER BY order_key, id
LIMIT ?4
)sql";

inline constexpr const char* kSqliteClaim = R"sql(
UPDATE job SET state = 3, server = ?2, lease = lease + 1, attempt = attempt + 1, claimed_at = ?3
WHERE id IN (SELECT value FROM json_each(?1)) AND state = 2
RETURNING id, lease, lane, order_key, attempt, crashes, recoveries, interruptions, flags, policy, definition,
          nominal_at, arguments
)sql";

// The + keeps SQLite from job_running.
inline constexpr const char* kSqliteSettle = R"sql(
UPDATE job
SET state = s.state, reason = s.reason, started_at = s.started_at, finished_at = ?3, result = s.result
FROM (SELECT value->>0 AS id, value->>1 AS lease, value->>2 AS state, value->>3 AS reason, value->>4 AS started_at,
             value->>5 AS result
      FROM json_each(?1)) AS s
WHERE job.id = s.id AND job.state = 3 AND +job.server = ?2 AND job.lease = s.lease
RETURNING job.id
)sql";

}  // namespace jobhost::bench
