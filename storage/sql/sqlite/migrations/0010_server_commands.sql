-- What people ask of a server that runs. State 0: it has yet to answer, 1: it has done it, 2: it has refused to. Nobody
-- waits for an answer after expires_at.
CREATE TABLE server_command (
    id INTEGER NOT NULL,
    server INTEGER NOT NULL,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
    verb TEXT NOT NULL,
    argument TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX server_command_open ON server_command (state, server, id) WHERE state = 0;

CREATE INDEX server_command_made ON server_command (created_at);

-- What a live server has of plugins, one row for each generation, and for each file that it refuses. The place is that in
-- its own list. State 1: live, 2: waiting, 3: draining, 4: refused.
CREATE TABLE served_plugin (
    server INTEGER NOT NULL,
    place INTEGER NOT NULL,
    plugin TEXT NOT NULL,
    file_name TEXT NOT NULL,
    version TEXT NOT NULL,
    digest TEXT NOT NULL,
    generation INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (server, place)
) STRICT, WITHOUT ROWID;
