-- What people are told of their sessions. `id` names one, and opens nothing.
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- where it was opened; empty if that was not kept
ALTER TABLE sessions ADD COLUMN program TEXT NOT NULL DEFAULT ''; -- the User-Agent of then

-- A session lasts a week.
UPDATE sessions SET id = lower(hex(randomblob(16))), opened = expires - 604800000, seen = expires - 604800000;
CREATE UNIQUE INDEX sessions_by_id ON sessions (id);
