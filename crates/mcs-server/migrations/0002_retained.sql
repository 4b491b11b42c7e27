-- Retained messages: the broker keeps them in memory only and gets them back at its start.
CREATE TABLE retained (
    topic   TEXT PRIMARY KEY,
    payload BLOB NOT NULL,
    qos     INTEGER NOT NULL
) STRICT;
