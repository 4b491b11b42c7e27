-- Who vouches for a firmware: the manifest and its signature as they came, and what is asked of them.
ALTER TABLE firmwares ADD COLUMN manifest TEXT;
ALTER TABLE firmwares ADD COLUMN signature TEXT;
ALTER TABLE firmwares ADD COLUMN signed_by TEXT;
ALTER TABLE firmwares ADD COLUMN seq INTEGER;

CREATE UNIQUE INDEX firmware_seq ON firmwares (prototype, seq) WHERE seq IS NOT NULL;

-- Files that are on their way; their bytes are in the folder `uploads`. `firmware` says what became of one.
CREATE TABLE uploads (
    id        TEXT PRIMARY KEY,
    by_user   TEXT NOT NULL,
    prototype TEXT NOT NULL,
    declared  TEXT NOT NULL, -- JSON
    size      INTEGER NOT NULL,
    touched   INTEGER NOT NULL,
    firmware  TEXT
) STRICT;
