-- What people ask of a server that runs. State 0: it has yet to answer, 1: it has done it, 2: it has refused to. Nobody
-- waits for an answer after expires_at.
CREATE TABLE server_command (
    id bigint NOT NULL,
    server bigint NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 0 AND 2),
    verb nvarchar(max) NOT NULL,
    argument nvarchar(max) NOT NULL,
    by_whom nvarchar(max) NOT NULL,
    answer nvarchar(max) NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    finished_at bigint NULL,
    PRIMARY KEY (id)
);

CREATE INDEX server_command_open ON server_command (state, server, id) WHERE state = 0;

CREATE INDEX server_command_made ON server_command (created_at);

-- What a live server has of plugins, one row for each generation, and for each file that it refuses. The place is that in
-- its own list. State 1: live, 2: waiting, 3: draining, 4: refused.
CREATE TABLE served_plugin (
    server bigint NOT NULL,
    place int NOT NULL,
    plugin nvarchar(max) NOT NULL,
    file_name nvarchar(max) NOT NULL,
    version nvarchar(max) NOT NULL,
    digest nvarchar(max) NOT NULL,
    generation bigint NOT NULL,
    state smallint NOT NULL,
    reason nvarchar(max) NOT NULL,
    PRIMARY KEY (server, place)
);
