-- name: limit_states_lock
-- Only here because: PostgreSQL has another word for it, and SQLite needs none. Who has locked a key of any limit ends first,
-- and who comes later sees the change.
SELECT COUNT(*) FROM limit_state WITH (UPDLOCK, HOLDLOCK);
