-- When a point came, in milliseconds since the epoch; NULL if that is its own time, or was not kept yet.
ALTER TABLE points ADD COLUMN came INTEGER;
CREATE INDEX points_by_arrival ON points (series, came) WHERE came IS NOT NULL;

-- When devices were away; `until` is NULL while they are.
CREATE TABLE absences (
    device TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    since  INTEGER NOT NULL,
    until  INTEGER,
    PRIMARY KEY (device, since)
) STRICT, WITHOUT ROWID;
