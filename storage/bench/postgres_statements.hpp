// The statements that do the work on PostgreSQL. A batch is one statement with arrays.
//
// Plans must begin with the ids at hand and look each up by the primary key, whatever statistics say: a plan
// made while the table was small stays until the next ANALYZE, and one that reads the table for each batch is
// a thousand times slower by then. So `state + 0` keeps the planner from the partial indexes; LATERAL, and
// two inequalities where an equality is meant, keep it from reading all of the primary key in its order.
#pragma once

#include <string>

namespace jobhost::bench {

// What an ordinary job has; the rest is null or has its default. There is no ON CONFLICT, which costs a fifth
// more: it is needed only where an insert is repeated because its outcome is not known.
inline const std::string kPostgresInsert = R"sql(
INSERT INTO job (id, lane, priority, order_key, state, policy, arguments, created_at, enqueued_at)
SELECT id, lane, priority, $6 - priority * 1000000::bigint, 2, policy, arguments, $6, $6
FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::text[])
     AS n(id, lane, priority, policy, arguments)
)sql";

// The best of each lane, best first. A lane is read from behind the last job that was taken from it.
inline const std::string kPostgresCandidates = R"sql(
SELECT c.id::bigint
FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::bigint[]) AS l(lane, rank, last_key, last_id)
CROSS JOIN LATERAL (
    SELECT id, order_key
    FROM job
    WHERE job.lane = l.lane AND job.state = 2 AND (job.order_key, job.id) > (l.last_key, l.last_id)
    ORDER BY job.order_key, job.id
    LIMIT $5::integer) AS c
ORDER BY l.rank, c.order_key, c.id
LIMIT $6::integer
)sql";

// Locks the first $2 of the candidates that nobody else holds.
inline const std::string kPostgresLocked = R"sql(
SELECT j.ctid
FROM unnest($1::bigint[]) AS c(id)
CROSS JOIN LATERAL (SELECT ctid FROM job WHERE job.id = c.id AND job.state + 0 = 2 FOR UPDATE SKIP LOCKED) AS j
LIMIT $2::integer
)sql";

// All that a host has to know; what this program reads of it is cast to the width that it reads.
inline const std::string kPostgresClaimed =
    " RETURNING job.id::bigint, job.lease::bigint, job.lane::bigint, job.order_key::bigint, job.attempt,"
    " job.crashes, job.recoveries, job.interruptions, job.flags, job.policy, job.definition, job.nominal_at,"
    " job.arguments";

inline const std::string kPostgresClaim = R"sql(
UPDATE job
SET state = 3, server = $3::bigint, lease = lease + 1, attempt = attempt + 1, claimed_at = $4::bigint
WHERE job.ctid = ANY (ARRAY ()sql" + kPostgresLocked +
                                          R"sql())
AND EXISTS (SELECT FROM server WHERE id = $3::bigint AND state = 1)
)sql" + kPostgresClaimed;

inline const std::string kPostgresSettlements =
    " unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::smallint[], $5::bigint[], $6::text[])"
    " AS s(id, lease, state, reason, started_at, result)";
inline const std::string kPostgresIsOurRun =
    " job.id >= s.id AND job.id <= s.id AND job.state + 0 = 3 AND job.server + 0 = $7::bigint AND job.lease "
    "= s.lease";

inline const std::string kPostgresSettle = R"sql(
UPDATE job
SET state = s.state, reason = s.reason, started_at = s.started_at, finished_at = $8::bigint, result = s.result
FROM)sql" + kPostgresSettlements + " WHERE" +
                                           kPostgresIsOurRun + " RETURNING job.id";

}  // namespace jobhost::bench
