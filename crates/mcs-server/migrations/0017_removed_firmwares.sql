-- The highest `seq` of the firmwares of a prototype that were removed: it stays taken.
CREATE TABLE removed_seqs (
    prototype TEXT PRIMARY KEY REFERENCES prototypes (id) ON DELETE CASCADE,
    seq       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
