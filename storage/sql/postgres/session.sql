-- What each connection is told.

SET search_path = "${schema}";

-- Every statement of ours begins with what it is given and finds its rows by an index. Without this, a plan that was
-- made while a table was small could go on reading all of it when it has a million rows.

SET plan_cache_mode = force_generic_plan;

SET enable_seqscan = off;

SET enable_bitmapscan = off;

SET enable_hashjoin = off;

SET enable_mergejoin = off;

SET jit = off;

-- A server that was told to forget commits on a crash is told otherwise for ours.

SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';

SET statement_timeout = ${timeout};

-- A host that is stopped in the middle of a transaction must not keep its locks for ever.

SET idle_in_transaction_session_timeout = ${timeout};
