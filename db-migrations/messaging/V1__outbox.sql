-- How many events each subject (an order, a product) has told. Counting locks the row until the transaction ends, so a
-- subject's events commit in the order of their numbers, without gaps.
CREATE TABLE messaging.subject (
    name     text   PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence > 0)
) WITH (fillfactor = 80);

-- A log that is only ever added to; whole days of it are dropped. Nothing is marked in it: every listener has cursors.
CREATE SEQUENCE messaging.outbox_position;

CREATE TABLE messaging.outbox (
    position bigint      NOT NULL DEFAULT nextval('messaging.outbox_position'),
    bucket   smallint    NOT NULL,
    id       uuid        NOT NULL,
    type     text        NOT NULL,
    subject  text        NOT NULL,
    sequence bigint      NOT NULL,
    version  bigint      NOT NULL,
    data     text        NOT NULL,
    told_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Whose commit makes the row seen: positions are handed out before commits, which come in any order.
    xid      xid8        NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (told_at);

CREATE INDEX outbox_bucket ON messaging.outbox (bucket, position);
CREATE INDEX outbox_xid ON messaging.outbox (xid);

-- Takes what no day was made for, so that telling never fails.
CREATE TABLE messaging.outbox_other PARTITION OF messaging.outbox DEFAULT;

-- Who listens, and since when: what was told before is none of their business.
CREATE TABLE messaging.subscription (
    listener text        PRIMARY KEY,
    since    timestamptz NOT NULL DEFAULT now(),
    seen_at  timestamptz NOT NULL DEFAULT now()
);

-- How far a listener is, per bucket of subjects: everything up to position that could be seen in the snapshot. Leased to
-- one worker at a time; the epoch tells a lease from later ones.
CREATE TABLE messaging.cursor (
    listener     text        NOT NULL REFERENCES messaging.subscription (listener) ON DELETE CASCADE,
    bucket       smallint    NOT NULL,
    position     bigint      NOT NULL,
    seen         pg_snapshot NOT NULL,
    owner        uuid,
    epoch        bigint      NOT NULL DEFAULT 0,
    leased_until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (listener, bucket)
) WITH (fillfactor = 50);

CREATE TABLE messaging.worker (
    id      uuid        PRIMARY KEY,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- What each listener has done, so that it is done once. Written in the transaction of the effect.
CREATE TABLE messaging.inbox (
    told_at    timestamptz NOT NULL,
    event      uuid        NOT NULL,
    listener   text        NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (event, listener, told_at)
) PARTITION BY RANGE (told_at);

CREATE TABLE messaging.inbox_other PARTITION OF messaging.inbox DEFAULT;

-- Events whose listener failed, to be tried again, and behind each the later ones of the same subject.
CREATE TABLE messaging.parked (
    listener        text        NOT NULL,
    subject         text        NOT NULL,
    sequence        bigint      NOT NULL,
    event           uuid        NOT NULL,
    type            text        NOT NULL,
    version         bigint      NOT NULL,
    data            text        NOT NULL,
    told_at         timestamptz NOT NULL,
    attempts        int         NOT NULL,
    error           text        NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    PRIMARY KEY (listener, subject, sequence)
);

CREATE INDEX parked_due ON messaging.parked (next_attempt_at);

-- Events that were given up, with the reason; until somebody has them handled once more.
CREATE TABLE messaging.dead_letter (
    id       uuid        PRIMARY KEY,
    listener text        NOT NULL,
    subject  text        NOT NULL,
    sequence bigint      NOT NULL,
    event    uuid        NOT NULL,
    type     text        NOT NULL,
    version  bigint      NOT NULL,
    data     text        NOT NULL,
    told_at  timestamptz NOT NULL,
    attempts int         NOT NULL,
    error    text        NOT NULL,
    died_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (listener, event)
);

-- Days of a log, made ahead and dropped behind. They run as their owner: the application needs no right to make tables.
CREATE FUNCTION messaging.make_day(log text, day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
    -- Rows of that day are in the table for others already: there they stay.
    WHEN check_violation THEN NULL;
END $$;

CREATE FUNCTION messaging.drop_day(log text, day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
    IF log NOT IN ('outbox', 'inbox') THEN
        RAISE EXCEPTION 'No log %', log;
    END IF;
    PERFORM set_config('lock_timeout', '500ms', true);
    EXECUTE format('DROP TABLE IF EXISTS messaging.%I', log || '_' || to_char(day, 'YYYYMMDD'));
END $$;

REVOKE EXECUTE ON FUNCTION messaging.make_day(text, date), messaging.drop_day(text, date) FROM PUBLIC;

SELECT messaging.make_day(log, (now() AT TIME ZONE 'UTC')::date + n)
  FROM unnest(ARRAY ['outbox', 'inbox']) AS log, generate_series(0, 3) AS n;
