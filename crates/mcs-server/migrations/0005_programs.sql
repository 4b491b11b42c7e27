-- Programs that act for a user: applications (appId and appSecret) and API tokens. Only hashes:
-- who reads this table cannot call with it.
CREATE TABLE programs (
    id      TEXT PRIMARY KEY, -- the appId; of a token only a name to revoke it by
    kind    TEXT NOT NULL,    -- app, token
    secret  BLOB NOT NULL UNIQUE,
    user    TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- One code a device, good for one use; again only the hash.
CREATE TABLE activations (
    code   BLOB PRIMARY KEY,
    device TEXT NOT NULL UNIQUE REFERENCES devices (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

ALTER TABLE devices ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN serial TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN image TEXT NOT NULL DEFAULT '';
ALTER TABLE devices ADD COLUMN test INTEGER NOT NULL DEFAULT 1;
ALTER TABLE devices ADD COLUMN activated INTEGER;

-- JSON list of the firmwares that a device must run to get this one; NULL is any.
ALTER TABLE firmwares ADD COLUMN compatible TEXT;
