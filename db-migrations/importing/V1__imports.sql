CREATE TABLE importing.import (
    id                  uuid         PRIMARY KEY,
    kind                text         NOT NULL CHECK (kind IN ('products', 'stock', 'prices', 'tax-rates')),
    format              text         NOT NULL CHECK (format IN ('shopify', 'fondaco')),
    currency            text         NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    dry_run             boolean      NOT NULL,
    -- Whether a row with an unknown location creates it.
    create_locations    boolean      NOT NULL DEFAULT false,
    status              text         NOT NULL CHECK (status IN ('uploading', 'queued', 'running', 'done', 'failed')),
    -- Identifies a file that is imported once per database, such as the demo shop.
    name                text         UNIQUE,
    -- The import that must finish first.
    after_id            uuid         REFERENCES importing.import (id),
    created             bigint       NOT NULL DEFAULT 0 CHECK (created >= 0),
    updated             bigint       NOT NULL DEFAULT 0 CHECK (updated >= 0),
    unchanged           bigint       NOT NULL DEFAULT 0 CHECK (unchanged >= 0),
    rejected            bigint       NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    -- Rows that were applied with a warning.
    warnings            bigint       NOT NULL DEFAULT 0,
    -- The last row whose effect is committed. Updated in the transaction of that effect.
    checkpoint_row      bigint       NOT NULL DEFAULT 1 CHECK (checkpoint_row >= 1),
    errors_stored       int          NOT NULL DEFAULT 0 CHECK (errors_stored >= 0),
    attempts            int          NOT NULL DEFAULT 0,
    next_attempt_at     timestamptz  NOT NULL DEFAULT now(),
    leased_until        timestamptz  NOT NULL DEFAULT '-infinity',
    lease               uuid,
    failure_code        text,
    failure_detail      text,
    -- The columns of the file, without those that only explain a rejection, and those of them that no value is read from.
    header              text[],
    ignored_columns     text[],
    rejected_characters bigint       NOT NULL DEFAULT 0,
    created_at          timestamptz  NOT NULL DEFAULT now(),
    -- When the import was queued, was started, or last committed a batch.
    progressed_at       timestamptz,
    finished_at         timestamptz,
    CHECK ((status IN ('done', 'failed')) = (finished_at IS NOT NULL)),
    CHECK ((failure_code IS NULL) = (failure_detail IS NULL)),
    CHECK ((status = 'failed') = (failure_code IS NOT NULL)),
    CHECK (lease IS NULL OR status = 'running')
);

CREATE INDEX import_list ON importing.import (created_at DESC, id DESC);
CREATE INDEX import_open ON importing.import (created_at, id) WHERE status IN ('uploading', 'queued', 'running');

CREATE TABLE importing.chunk (
    import_id  uuid        NOT NULL REFERENCES importing.import (id) ON DELETE CASCADE,
    seq        int         NOT NULL CHECK (seq >= 0),
    body       bytea       NOT NULL CHECK (length(body) BETWEEN 1 AND 1048576),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (import_id, seq)
);
ALTER TABLE importing.chunk ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE importing.row_error (
    import_id uuid   NOT NULL REFERENCES importing.import (id) ON DELETE CASCADE,
    row       bigint NOT NULL,
    "column"  text   NOT NULL,
    code    text    NOT NULL,
    detail  text    NOT NULL,
    -- A warning does not reject its row.
    warning boolean NOT NULL DEFAULT false,
    PRIMARY KEY (import_id, row)
);

-- Products and SKUs that a running import has read: each may occur in one place of a file only.
CREATE TABLE importing.seen (
    import_id uuid NOT NULL REFERENCES importing.import (id) ON DELETE CASCADE,
    key       text NOT NULL,
    PRIMARY KEY (import_id, key)
);

-- The cells of rejected rows, and of the rows that belong to them, as an array of text, for the file of rejected rows.
CREATE TABLE importing.rejected_row (
    import_id uuid   NOT NULL REFERENCES importing.import (id) ON DELETE CASCADE,
    row       bigint NOT NULL,
    cells     json   NOT NULL,
    PRIMARY KEY (import_id, row)
);
