-- What each definition file has held, one row for each change. Digest: of its text; empty when the file was gone.
CREATE TABLE source_revision (
    source TEXT NOT NULL,
    revision INTEGER NOT NULL,
    digest TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    PRIMARY KEY (source, revision)
) STRICT, WITHOUT ROWID;

-- Servers whose files are wrong: what they run is the last of them that was right.
CREATE TABLE refused_configuration (
    application TEXT NOT NULL,
    server TEXT NOT NULL,
    problems TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    PRIMARY KEY (application, server)
) STRICT, WITHOUT ROWID;
