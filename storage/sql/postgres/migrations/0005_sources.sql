-- What each definition file has held, one row for each change. Digest: of its text; empty when the file was gone.
CREATE TABLE source_revision (
    source text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    applied_by text COLLATE "C" NOT NULL,
    applied_at bigint NOT NULL,
    PRIMARY KEY (source, revision)
);

-- Servers whose files are wrong: what they run is the last of them that was right.
CREATE TABLE refused_configuration (
    application text COLLATE "C" NOT NULL,
    server text COLLATE "C" NOT NULL,
    problems text NOT NULL,
    refused_at bigint NOT NULL,
    PRIMARY KEY (application, server)
);
