-- What a user may do with one device, or with all devices of one prototype, beyond what the
-- account's role allows.
CREATE TABLE grants (
    user      TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    device    TEXT REFERENCES devices (id) ON DELETE CASCADE,
    prototype TEXT REFERENCES prototypes (id) ON DELETE CASCADE,
    role      TEXT NOT NULL, -- operator or viewer
    CHECK ((device IS NULL) <> (prototype IS NULL)),
    UNIQUE (user, device),
    UNIQUE (user, prototype)
) STRICT;
