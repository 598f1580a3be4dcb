-- What each connection is told. The turnstile keeps our own processes apart; busy_timeout is for foreign ones, such as
-- a person's shell.

PRAGMA busy_timeout = ${timeout};

PRAGMA synchronous = FULL;

PRAGMA secure_delete = OFF;

PRAGMA temp_store = MEMORY;
