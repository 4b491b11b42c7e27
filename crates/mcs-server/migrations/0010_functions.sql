-- The newest runs of function channels.
CREATE TABLE runs (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    device   TEXT NOT NULL,
    channel  TEXT NOT NULL,
    at       INTEGER NOT NULL, -- of the point
    document TEXT NOT NULL     -- mcs_model::function::Run as JSON
) STRICT;
CREATE INDEX runs_by_channel ON runs (device, channel, id);
