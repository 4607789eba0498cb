-- What the reconciliation found not to add up. Nothing is repaired by itself; what adds up again is marked resolved.
CREATE TABLE inventory.discrepancy (
    sku         text        NOT NULL,
    location    text        NOT NULL,
    figure      text        NOT NULL CHECK (figure IN ('on_hand', 'reserved', 'backordered')),
    recorded    bigint      NOT NULL,
    computed    bigint      NOT NULL,
    found_at    timestamptz NOT NULL DEFAULT now(),
    checked_at  timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    PRIMARY KEY (sku, location, figure)
);

CREATE INDEX discrepancy_open ON inventory.discrepancy (sku, location, figure) WHERE resolved_at IS NULL;
