-- Where a device was heard last.
ALTER TABLE devices ADD COLUMN last_ip TEXT;

-- Messages of QoS 2 that a client has sent and not released: it may send them again.
CREATE TABLE mqtt_received (
    -- The name of the client's session, which need not be a kept one.
    name TEXT NOT NULL,
    packet INTEGER NOT NULL,
    PRIMARY KEY (name, packet)
) STRICT, WITHOUT ROWID;
