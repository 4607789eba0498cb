-- The number of events of each subject (an order, a product). Incrementing it locks the row until the transaction ends, so
-- the events of a subject commit in the order of their sequence numbers, without gaps.
CREATE TABLE messaging.subject (
    name     text   PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence > 0)
) WITH (fillfactor = 80);

-- An append-only log, partitioned by day; old partitions are dropped. Rows are never updated: each listener has cursors.
CREATE SEQUENCE messaging.outbox_position;

CREATE TABLE messaging.outbox (
    position     bigint      NOT NULL DEFAULT nextval('messaging.outbox_position'),
    bucket       smallint    NOT NULL,
    id           uuid        NOT NULL,
    type         text        NOT NULL,
    subject      text        NOT NULL,
    sequence     bigint      NOT NULL,
    version      bigint      NOT NULL,
    data         text        NOT NULL,
    -- W3C traceparent of the publisher; null if the event is not traced.
    traceparent  text,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The transaction that makes the row visible. Positions are assigned before commit, and commits happen in any order.
    xid          xid8        NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (published_at);

CREATE INDEX outbox_bucket ON messaging.outbox (bucket, position);
CREATE INDEX outbox_xid ON messaging.outbox (xid);

-- Takes rows of days that have no partition, so that publishing never fails.
CREATE TABLE messaging.outbox_default PARTITION OF messaging.outbox DEFAULT;

-- The listeners, and when each subscribed. Earlier events are not delivered to it.
CREATE TABLE messaging.subscription (
    listener text        PRIMARY KEY,
    since    timestamptz NOT NULL DEFAULT now(),
    seen_at  timestamptz NOT NULL DEFAULT now()
);

-- The progress of a listener per bucket of subjects: it has handled every row up to position that is visible in the
-- snapshot. One worker at a time owns a cursor, as long as it is alive; the epoch increases with each change of the owner.
CREATE TABLE messaging.cursor (
    listener text        NOT NULL REFERENCES messaging.subscription (listener) ON DELETE CASCADE,
    bucket   smallint    NOT NULL,
    position bigint      NOT NULL,
    seen     pg_snapshot NOT NULL,
    owner    uuid,
    epoch    bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (listener, bucket)
) WITH (fillfactor = 50);

-- The workers, and when each was alive. Not logged: idle workers write no WAL, and after a crash all of them report again
-- within seconds.
CREATE UNLOGGED TABLE messaging.worker (
    id      uuid        PRIMARY KEY,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- The events that each listener has handled, for exactly-once effects. Written in the transaction of the effect.
CREATE TABLE messaging.inbox (
    published_at timestamptz NOT NULL,
    event        uuid        NOT NULL,
    listener     text        NOT NULL,
    handled_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (event, listener, published_at)
) PARTITION BY RANGE (published_at);

CREATE TABLE messaging.inbox_default PARTITION OF messaging.inbox DEFAULT;

-- Events whose listener failed and that are retried, and behind each the later events of the same subject.
CREATE TABLE messaging.retry (
    listener        text        NOT NULL,
    subject         text        NOT NULL,
    sequence        bigint      NOT NULL,
    event           uuid        NOT NULL,
    type            text        NOT NULL,
    version         bigint      NOT NULL,
    data            text        NOT NULL,
    published_at    timestamptz NOT NULL,
    attempts        int         NOT NULL,
    error           text        NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    traceparent     text,
    PRIMARY KEY (listener, subject, sequence)
);

CREATE INDEX retry_due ON messaging.retry (next_attempt_at);

-- Events that failed for good, with the reason, until an operator replays them.
CREATE TABLE messaging.dead_letter (
    id           uuid        PRIMARY KEY,
    listener     text        NOT NULL,
    subject      text        NOT NULL,
    sequence     bigint      NOT NULL,
    event        uuid        NOT NULL,
    type         text        NOT NULL,
    version      bigint      NOT NULL,
    data         text        NOT NULL,
    published_at timestamptz NOT NULL,
    attempts     int         NOT NULL,
    error        text        NOT NULL,
    died_at      timestamptz NOT NULL DEFAULT now(),
    traceparent  text,
    UNIQUE (listener, event)
);

-- Daily partitions of a log are created ahead and dropped behind. The functions run as their owner, so that the application
-- needs no right to create tables.
CREATE FUNCTION messaging.create_partition(log text, day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
DECLARE
    part text := log || '_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF log NOT IN ('outbox', 'inbox') THEN
        RAISE EXCEPTION 'No log %', log;
    END IF;
    PERFORM set_config('lock_timeout', '500ms', true);
    IF to_regclass('messaging.' || part) IS NULL THEN
        EXECUTE format('CREATE TABLE messaging.%I PARTITION OF messaging.%I FOR VALUES FROM (%L) TO (%L)', part, log,
                       day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    END IF;
EXCEPTION
    -- The default partition already has rows of that day; they stay there.
    WHEN check_violation THEN NULL;
END $$;

CREATE FUNCTION messaging.drop_partition(log text, day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
    IF log NOT IN ('outbox', 'inbox') THEN
        RAISE EXCEPTION 'No log %', log;
    END IF;
    PERFORM set_config('lock_timeout', '500ms', true);
    EXECUTE format('DROP TABLE IF EXISTS messaging.%I', log || '_' || to_char(day, 'YYYYMMDD'));
END $$;

REVOKE EXECUTE ON FUNCTION messaging.create_partition(text, date), messaging.drop_partition(text, date) FROM PUBLIC;

SELECT messaging.create_partition(log, (now() AT TIME ZONE 'UTC')::date + n)
  FROM unnest(ARRAY ['outbox', 'inbox']) AS log, generate_series(0, 3) AS n;
