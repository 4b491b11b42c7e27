-- MQTT sessions that wait for their clients, and what waits in them. Times are milliseconds since the epoch.
CREATE TABLE mqtt_sessions (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    created  INTEGER NOT NULL,
    patience INTEGER NOT NULL, -- how long it waits for its client, in milliseconds
    expires  INTEGER           -- null while the client is connected
) STRICT;

CREATE TABLE mqtt_subscriptions (
    session INTEGER NOT NULL REFERENCES mqtt_sessions (id) ON DELETE CASCADE,
    filter  TEXT NOT NULL,
    options TEXT NOT NULL, -- JSON
    PRIMARY KEY (session, filter)
) STRICT, WITHOUT ROWID;

-- One row for each message in each session; `id` is also their order.
CREATE TABLE mqtt_messages (
    id         INTEGER PRIMARY KEY,
    session    INTEGER NOT NULL REFERENCES mqtt_sessions (id) ON DELETE CASCADE,
    topic      TEXT NOT NULL,
    payload    BLOB NOT NULL,
    qos        INTEGER NOT NULL,
    retain     INTEGER NOT NULL,
    properties TEXT, -- of MQTT 5, JSON
    created    INTEGER NOT NULL,
    packet     INTEGER, -- the packet id, once it is known to be on the way
    released   INTEGER NOT NULL DEFAULT 0 -- QoS 2: the client has it, PUBREL is owed
) STRICT;
CREATE INDEX mqtt_messages_by_session ON mqtt_messages (session, id);
