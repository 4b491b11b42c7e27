-- A minute instead of five: the chart of a day is then read from sums, not from its points. Slot n begins
-- n * 60000 ms after the epoch.
DELETE FROM rollups;
INSERT INTO rollups
SELECT series, at / 60000, COUNT(*),
       MIN(CASE kind WHEN 0 THEN NULL WHEN 5 THEN value >> 16 ELSE value END),
       MAX(CASE kind WHEN 0 THEN NULL WHEN 5 THEN value >> 16 ELSE value END),
       MIN(CASE kind WHEN 5 THEN value & 65535 END),
       MAX(CASE kind WHEN 5 THEN value & 65535 END)
FROM points GROUP BY series, at / 60000;
