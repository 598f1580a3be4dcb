-- What each definition file has held, one row for each change. Digest: of its text; empty when the file was gone.
CREATE TABLE source_revision (
    source nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    revision bigint NOT NULL,
    digest nvarchar(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    applied_by nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    applied_at bigint NOT NULL,
    PRIMARY KEY (source, revision)
);

-- Servers whose files are wrong: what they run is the last of them that was right.
CREATE TABLE refused_configuration (
    application nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    server nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    problems nvarchar(max) NOT NULL,
    refused_at bigint NOT NULL,
    PRIMARY KEY (application, server)
);
