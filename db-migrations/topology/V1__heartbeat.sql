-- One row, updated on the primary about once a second. A replica's copy shows the replica's lag in time, and on which
-- timeline the row was written.
CREATE TABLE topology.heartbeat (
    only_row   boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    written_at timestamptz NOT NULL,
    timeline   int         NOT NULL
) WITH (fillfactor = 50);

INSERT INTO topology.heartbeat (written_at, timeline) VALUES (clock_timestamp(), 0);
