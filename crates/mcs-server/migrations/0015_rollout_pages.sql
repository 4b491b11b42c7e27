-- Rollouts that have ended are read when somebody asks for them: what is listed of one stands in `summary`, as JSON.
ALTER TABLE rollouts ADD COLUMN made INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollouts ADD COLUMN summary TEXT;
UPDATE rollouts SET made = json_extract(head, '$.created');
CREATE INDEX rollouts_by_age ON rollouts (made, id);
CREATE INDEX rollouts_open ON rollouts (id) WHERE summary IS NULL;

-- The newest rollout of each device.
CREATE TABLE newest_rollouts (
    device  TEXT PRIMARY KEY,
    rollout TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO newest_rollouts (device, rollout)
    SELECT device, rollout FROM (
        SELECT d.device, d.rollout,
            row_number() OVER (PARTITION BY d.device ORDER BY r.made DESC, r.id DESC) AS place
        FROM rollout_devices d JOIN rollouts r ON r.id = d.rollout
    ) WHERE place = 1;
