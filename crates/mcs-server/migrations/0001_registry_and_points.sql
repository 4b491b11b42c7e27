-- A counter that every change of the registry or of the users moves on, so that a running server
-- notices what an admin command in another process did.
CREATE TABLE revision (n INTEGER NOT NULL) STRICT;
INSERT INTO revision VALUES (0);

CREATE TABLE prototypes (
    id       TEXT PRIMARY KEY,
    document TEXT NOT NULL, -- mcs_model::Prototype as JSON
    created  INTEGER NOT NULL
) STRICT;

CREATE TABLE devices (
    id               TEXT PRIMARY KEY,
    key              TEXT NOT NULL,
    name             TEXT NOT NULL,
    prototype        TEXT NOT NULL REFERENCES prototypes (id),
    firmware_version TEXT,
    last_seen        INTEGER,
    created          INTEGER NOT NULL
) STRICT;

CREATE TABLE series (
    id      INTEGER PRIMARY KEY,
    device  TEXT NOT NULL,
    channel TEXT NOT NULL,
    UNIQUE (device, channel)
) STRICT;

-- `arrived` counts: it tells points with the same time stamp apart and keeps their order, whatever
-- the clock does.
CREATE TABLE points (
    series  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    value   TEXT NOT NULL, -- mcs_model::Value as JSON
    PRIMARY KEY (series, at, arrived)
) STRICT, WITHOUT ROWID;

-- How many points have arrived.
CREATE TABLE arrivals (n INTEGER NOT NULL) STRICT;
INSERT INTO arrivals VALUES (0);

CREATE TABLE users (
    name     TEXT PRIMARY KEY,
    password TEXT NOT NULL, -- PHC string, Argon2id
    role     TEXT NOT NULL,
    created  INTEGER NOT NULL
) STRICT;

-- Only hashes: who reads this table cannot sign in with it.
CREATE TABLE sessions (
    token   BLOB PRIMARY KEY,
    ticket  BLOB NOT NULL UNIQUE,
    user    TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE firmwares (
    id        TEXT PRIMARY KEY,
    prototype TEXT NOT NULL REFERENCES prototypes (id),
    name      TEXT NOT NULL,
    version   TEXT NOT NULL,
    note      TEXT NOT NULL,
    size      INTEGER NOT NULL,
    md5       TEXT NOT NULL,
    sha256    TEXT NOT NULL,
    token     TEXT NOT NULL UNIQUE,
    uploaded  INTEGER NOT NULL,
    UNIQUE (prototype, version)
) STRICT;

-- The newest push of each device.
CREATE TABLE pushes (
    device   TEXT PRIMARY KEY REFERENCES devices (id),
    firmware TEXT NOT NULL REFERENCES firmwares (id),
    token    TEXT NOT NULL UNIQUE,
    rollout  TEXT NOT NULL -- the state machine as JSON
) STRICT;
