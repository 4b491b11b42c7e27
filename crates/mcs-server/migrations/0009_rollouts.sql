-- A firmware on its way to many devices; `head` and `member` are the parts of the state machine as JSON.
CREATE TABLE rollouts (
    id       TEXT PRIMARY KEY,
    firmware TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    made_by  TEXT NOT NULL,
    head     TEXT NOT NULL
) STRICT;

CREATE TABLE rollout_devices (
    rollout TEXT NOT NULL REFERENCES rollouts (id) ON DELETE CASCADE,
    device  TEXT NOT NULL,
    token   TEXT NOT NULL UNIQUE,
    member  TEXT NOT NULL,
    PRIMARY KEY (rollout, device)
) STRICT, WITHOUT ROWID;

-- Who pushed what to whom, and what became of it. Nothing here is ever changed.
CREATE TABLE rollout_audit (
    id      INTEGER PRIMARY KEY,
    rollout TEXT NOT NULL,
    at      INTEGER NOT NULL,
    made_by TEXT,
    device  TEXT,
    event   TEXT NOT NULL -- JSON
) STRICT;

CREATE INDEX rollout_audit_of ON rollout_audit (rollout, id);
