-- Edits of a prototype are counted: an edit that began from another state than the last is refused.
ALTER TABLE prototypes ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE prototypes ADD COLUMN edited INTEGER;
ALTER TABLE prototypes ADD COLUMN edited_by TEXT NOT NULL DEFAULT '';
-- mcs_model::prototype_file::Carried as JSON: what an imported file says beyond the document.
ALTER TABLE prototypes ADD COLUMN carried TEXT NOT NULL DEFAULT '{}';

ALTER TABLE devices ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'; -- JSON list

-- Series whose channel has left the prototype or has another type now. Nobody sees them, and they are there
-- again with a channel of the same id and type.
CREATE TABLE hidden_series (
    id      INTEGER PRIMARY KEY, -- as it was in `series`
    device  TEXT NOT NULL,
    channel TEXT NOT NULL,
    kind    TEXT NOT NULL -- the type's name; empty for points of a channel that was not in the prototype
) STRICT;
CREATE INDEX hidden_series_by_device ON hidden_series (device, channel, kind);
