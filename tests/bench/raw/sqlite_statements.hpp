// The statements that do the work on SQLite. A batch is one statement with a JSON array of arrays, or the
// same statement again for each row.
#pragma once

#include <string>

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

inline const std::string kSqliteTake =
    "UPDATE job SET state = 3, server = ?2, lease = lease + 1, attempt = attempt + 1, claimed_at = ?3";
inline const std::string kSqliteTaken =
    " RETURNING id, lease, lane, order_key, attempt, crashes, recoveries, interruptions, flags, policy, "
    "definition,"
    " nominal_at, arguments";
inline const std::string kSqliteClaim =
    kSqliteTake + " WHERE id IN (SELECT value FROM json_each(?1)) AND state = 2" + kSqliteTaken;
inline const std::string kSqliteClaimRow = kSqliteTake + " WHERE id = ?1 AND state = 2" + kSqliteTaken;

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
inline constexpr const char* kSqliteSettleRow = R"sql(
UPDATE job SET state = ?4, reason = ?5, started_at = ?6, finished_at = ?3
WHERE id = ?1 AND state = 3 AND +server = ?2 AND lease = ?7
)sql";

// Into the history, and then out of the table: SQLite has no DELETE inside of an INSERT.
inline const std::string kSqliteKept =
    R"sql(id, lane, payload_version, priority, order_key, flags, due_at, expires_at,
    nominal_at, origin, server, lease, attempt, crashes, recoveries, interruptions, warnings, cancel_requested_at,
    batch, definition, policy, creator, call_no, unique_slot, limit_key, arguments, created_at, enqueued_at, claimed_at
)sql";
inline const std::string kSqliteKeep = "INSERT INTO job_history (" + kSqliteKept +
                                       ", state, reason, started_at, result, finished_at) SELECT " +
                                       kSqliteKept;
inline const std::string kSqliteKeepAll = kSqliteKeep + R"sql(
    , s.state_now, s.reason_now, s.start, s.outcome, ?3
FROM (SELECT value->>0 AS run, value->>1 AS held, value->>2 AS state_now, value->>3 AS reason_now,
             value->>4 AS start, value->>5 AS outcome
      FROM json_each(?1)) AS s
CROSS JOIN job
WHERE job.id = s.run AND job.state = 3 AND +job.server = ?2 AND job.lease = s.held
RETURNING id
)sql";
inline constexpr const char* kSqliteRemoveAll =
    "DELETE FROM job WHERE id IN (SELECT value FROM json_each(?1))";
inline const std::string kSqliteKeepRow =
    kSqliteKeep +
    ", ?4, ?5, ?6, NULL, ?3 FROM job WHERE id = ?1 AND state = 3 AND +server = ?2 AND lease = ?7";
inline constexpr const char* kSqliteRemoveRow = "DELETE FROM job WHERE id = ?1";

}  // namespace jobhost::bench
