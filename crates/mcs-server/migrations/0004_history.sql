-- Numbers as numbers, so that the database itself can sum them up; everything else as JSON.
ALTER TABLE points RENAME TO old_points;
CREATE TABLE points (
    series  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    kind    INTEGER NOT NULL, -- store/value.rs
    value   ANY NOT NULL,
    PRIMARY KEY (series, at, arrived)
) STRICT, WITHOUT ROWID;
INSERT INTO points
SELECT p.series, p.at, p.arrived,
       CASE j.key WHEN 'switch' THEN 1 WHEN 'integer' THEN 2 WHEN 'float' THEN 3 WHEN 'gpio' THEN 4
                  WHEN 'pwm' THEN 5 WHEN 'analog' THEN 6 ELSE 0 END,
       CASE WHEN j.key IN ('switch', 'integer', 'gpio', 'analog') THEN CAST(j.atom AS INTEGER)
            WHEN j.key = 'float' THEN CAST(j.atom AS REAL)
            WHEN j.key = 'pwm' THEN json_extract(p.value, '$.pwm.value') << 16
                                  | json_extract(p.value, '$.pwm.period')
            ELSE p.value END
FROM old_points p, json_each(p.value) j
ORDER BY p.series, p.at, p.arrived;
DROP TABLE old_points;

-- What the points of five minutes come to; slot n begins n * 300000 ms after the epoch. Changes with
-- the points, in one transaction.
CREATE TABLE rollups (
    series  INTEGER NOT NULL,
    slot    INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    low     REAL, -- of the numbers, or of the duty values
    high    REAL,
    low2    REAL, -- of the periods
    high2   REAL,
    PRIMARY KEY (series, slot)
) STRICT, WITHOUT ROWID;
INSERT INTO rollups
SELECT series, at / 300000, COUNT(*),
       MIN(CASE kind WHEN 0 THEN NULL WHEN 5 THEN value >> 16 ELSE value END),
       MAX(CASE kind WHEN 0 THEN NULL WHEN 5 THEN value >> 16 ELSE value END),
       MIN(CASE kind WHEN 5 THEN value & 65535 END),
       MAX(CASE kind WHEN 5 THEN value & 65535 END)
FROM points GROUP BY series, at / 300000;

-- AUTOINCREMENT: a number is never given again, for the points of a removed series go later than it.
ALTER TABLE series RENAME TO old_series;
CREATE TABLE series (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    device  TEXT NOT NULL,
    channel TEXT NOT NULL,
    UNIQUE (device, channel)
) STRICT;
INSERT INTO series SELECT id, device, channel FROM old_series;
DROP TABLE old_series;

-- Series whose device was removed with its data: their points go bit by bit.
CREATE TABLE removed_series (id INTEGER PRIMARY KEY) STRICT;
