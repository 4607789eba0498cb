-- One row, written about once a second on the primary: a replica's copy tells how old its world is, and on which
-- timeline it was written.
CREATE TABLE topology.heartbeat (
    only_row  boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    beaten_at timestamptz NOT NULL,
    timeline  int         NOT NULL
) WITH (fillfactor = 50);

INSERT INTO topology.heartbeat (beaten_at, timeline) VALUES (clock_timestamp(), 0);
