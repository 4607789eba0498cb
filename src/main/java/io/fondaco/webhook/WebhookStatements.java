package io.fondaco.webhook;

import io.fondaco.platform.identity.TypeId;
import io.fondaco.platform.jobs.DueWork;
import io.fondaco.platform.messaging.Event;
import io.fondaco.platform.sql.Seconds;
import io.fondaco.platform.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The native SQL of this module: deliveries are created, leased and replayed in sets, and attempts end in one
 * statement that also updates the endpoint. Each method is one statement, in the caller's transaction.
 */
@ApplicationScoped
class WebhookStatements {
    // Due deliveries of each endpoint, up to its limit. An attempt counts when its result is stored: until then it is
    // the first one of its subject.
    private static final String CANDIDATES = """
            SELECT work.id AS due_key, e.url, e.secret_generation, e.previous_until > now() AS previous_valid
              FROM webhook.endpoint e
              LEFT JOIN unnest(cast(:endpoints AS uuid[]), cast(:calls AS int[])) AS b (endpoint, calls)
                ON b.endpoint = e.id
             CROSS JOIN LATERAL (
                   SELECT work.id FROM webhook.delivery work
                    WHERE work.endpoint = e.id AND work.status = 'pending' AND %s
                      AND (work.attempts > 0 OR NOT EXISTS (
                           SELECT FROM webhook.delivery f
                            WHERE f.endpoint = work.endpoint AND f.subject = work.subject
                              AND f.sequence < work.sequence AND f.status = 'pending' AND f.attempts = 0))
                    ORDER BY work.next_attempt_at
                    LIMIT greatest(0, CASE WHEN e.consecutive_failures >= 5 THEN 1 ELSE :maxInFlight END
                                      - coalesce(b.calls, 0))
                      FOR UPDATE SKIP LOCKED) work
             WHERE e.status = 'enabled' AND e.deleted_at IS NULL
             LIMIT :limit
            """.formatted(DueWork.IS_DUE);

    /** Whether a delivery to an enabled endpoint is due. It may have to wait for an earlier one. */
    static final String HAS_DUE_DELIVERIES = """
            EXISTS (SELECT FROM webhook.endpoint e
                     WHERE e.status = 'enabled' AND e.deleted_at IS NULL
                       AND EXISTS (SELECT FROM webhook.delivery work
                                    WHERE work.endpoint = e.id AND work.status = 'pending' AND %s))
            """.formatted(DueWork.IS_DUE);

    private final Sql sql;
    private final DueWork<ClaimedDelivery> sending;

    WebhookStatements(Sql sql, WebhookSettings settings) {
        this.sql = sql;
        this.sending = DueWork.in("webhook.delivery")
                .candidates(CANDIDATES)
                .withoutCounting()
                .join("webhook.message m", "m.event = work.event")
                // The lookup of the name and the request are each bounded by the timeout; the rest is a margin.
                .lease(settings.timeout().multipliedBy(2).plusSeconds(10))
                .returning(
                        "work.id, work.lease, work.endpoint, due.url, due.secret_generation, due.previous_valid,"
                                + " work.attempts, m.event, m.type, m.subject, m.sequence, m.version, m.published_at,"
                                + " m.data, m.traceparent",
                        ClaimedDelivery.class,
                        sql);
    }

    /** An event that is delivered to an endpoint. */
    record EventForEndpoint(UUID endpoint, Event event) {}

    /**
     * A delivery that was claimed, with its endpoint and its event.
     *
     * @param lease distinguishes this claim from a later one
     * @param previousSecretValid whether the secret of the previous generation signs as well
     */
    record ClaimedDelivery(
            UUID id,
            UUID lease,
            UUID endpoint,
            String url,
            int secretGeneration,
            boolean previousSecretValid,
            int attempts,
            UUID event,
            String type,
            String subject,
            long sequence,
            long version,
            Instant publishedAt,
            String data,
            @Nullable String traceParent) {}

    /**
     * The result of a replay.
     *
     * @param replayed the number of deliveries that will be sent, again or for the first time
     * @param matchedEvents the number of events in the range, up to the limit
     * @param lastEventAt the publication time of the last of these events; null if there was none
     */
    record ReplayResult(
            long replayed, long matchedEvents, @Nullable Instant lastEventAt) {}

    /** The pending deliveries of an endpoint, and the age of the oldest; both count at most 100,000 deliveries. */
    record Backlog(UUID endpoint, long deliveries, double ageSeconds) {}

    private record Version(long value) {}

    private record AttemptEffect(boolean failingTooLong) {}

    /** Serializes the transactions that create an endpoint, so that their number can be limited. */
    void lockEndpointCreation() {
        sql.query("SELECT 1 FROM pg_advisory_xact_lock(hashtext('webhook.endpoint'))", Version.class)
                .getSingleResult();
    }

    /**
     * Disables an endpoint, unless it is disabled already or has another URL by now.
     *
     * @return its new version
     */
    Optional<Long> disable(UUID endpoint, String url, String reason) {
        return sql.query("""
                        UPDATE webhook.endpoint
                           SET status = 'disabled', disabled_reason = :reason, version = version + 1
                         WHERE id = :id AND url = :url AND status = 'enabled' RETURNING version
                        """, Version.class)
                .setParameter("reason", reason)
                .setParameter("id", endpoint)
                .setParameter("url", url)
                .uniqueResultOptional()
                .map(Version::value);
    }

    /** Stores events that are not stored yet. */
    void insertMessages(List<Event> events) {
        sql.update("""
                        INSERT INTO webhook.message
                               (event, type, subject, sequence, version, published_at, data, traceparent)
                        SELECT * FROM unnest(cast(:events AS uuid[]), cast(:types AS text[]), cast(:subjects AS text[]),
                                             cast(:sequences AS bigint[]), cast(:versions AS bigint[]),
                                             cast(:times AS timestamptz[]), cast(:data AS text[]),
                                             cast(:traces AS text[]))
                            ON CONFLICT DO NOTHING
                        """)
                .setParameter("events", events.stream().map(Event::id).toArray(UUID[]::new))
                .setParameter("types", events.stream().map(Event::type).toArray(String[]::new))
                .setParameter("subjects", events.stream().map(Event::subject).toArray(String[]::new))
                .setParameter("sequences", events.stream().map(Event::sequence).toArray(Long[]::new))
                .setParameter("versions", events.stream().map(Event::version).toArray(Long[]::new))
                .setParameter("times", events.stream().map(Event::time).toArray(Instant[]::new))
                .setParameter("data", events.stream().map(Event::data).toArray(String[]::new))
                .setParameter("traces", events.stream().map(Event::traceParent).toArray(String[]::new))
                .executeUpdate();
    }

    /** Creates pending deliveries, except for those that exist. */
    void insertDeliveries(List<EventForEndpoint> deliveries) {
        List<Event> events = deliveries.stream().map(EventForEndpoint::event).toList();
        sql.update("""
                        INSERT INTO webhook.delivery (id, endpoint, event, subject, sequence)
                        SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:endpoints AS uuid[]), cast(:events AS uuid[]),
                                             cast(:subjects AS text[]), cast(:sequences AS bigint[]))
                            ON CONFLICT DO NOTHING
                        """)
                .setParameter(
                        "ids", deliveries.stream().map(_ -> TypeId.newUuid()).toArray(UUID[]::new))
                .setParameter(
                        "endpoints",
                        deliveries.stream().map(EventForEndpoint::endpoint).toArray(UUID[]::new))
                .setParameter("events", events.stream().map(Event::id).toArray(UUID[]::new))
                .setParameter("subjects", events.stream().map(Event::subject).toArray(String[]::new))
                .setParameter("sequences", events.stream().map(Event::sequence).toArray(Long[]::new))
                .executeUpdate();
    }

    /**
     * Claims due deliveries, for each endpoint up to the limit of requests that this pod has in flight. The first
     * attempts for a subject are made in the order of its events; a delivery that waits for a retry does not block
     * later ones.
     *
     * @param inFlight the number of requests that this pod has in flight, per endpoint
     * @param limit the maximum number of deliveries
     */
    List<ClaimedDelivery> claim(Map<UUID, Integer> inFlight, int maxInFlight, int limit) {
        List<Map.Entry<UUID, Integer>> busy = List.copyOf(inFlight.entrySet());
        return sending.claimQuery(limit)
                .setParameter("endpoints", busy.stream().map(Map.Entry::getKey).toArray(UUID[]::new))
                .setParameter("calls", busy.stream().map(Map.Entry::getValue).toArray(Integer[]::new))
                .setParameter("maxInFlight", maxInFlight)
                .getResultList();
    }

    /**
     * Stores an attempt and updates its delivery and its endpoint, unless another pod has claimed the delivery
     * meanwhile.
     *
     * @param delaySeconds the delay of the next attempt; ignored unless the status is {@code pending}
     * @param disableAfter how long all attempts of an endpoint must have failed until it must be disabled
     * @return whether the endpoint must be disabled
     */
    boolean recordAttempt(
            DeliveryAttempt attempt,
            DeliveryAttempt.AttemptResult result,
            String status,
            double delaySeconds,
            Duration disableAfter) {
        return sql.query("""
                        WITH updated AS (
                            UPDATE webhook.delivery
                               SET attempts = attempts + 1, status = :status, lease = NULL, leased_until = '-infinity',
                                   delivered_at = CASE WHEN :status = 'delivered' THEN now() END,
                                   next_attempt_at = now() + make_interval(secs => :delay)
                             WHERE id = :delivery AND lease = :lease AND status = 'pending'
                            RETURNING id, endpoint
                        ), logged AS (
                            INSERT INTO webhook.attempt (delivery, at, duration_ms, status, error, response)
                            SELECT id, :at, :durationMs, nullif(:responseStatus, 0), :error, :response FROM updated
                        ), healthy AS (
                            UPDATE webhook.endpoint e SET consecutive_failures = 0, failing_since = NULL
                              FROM updated u WHERE e.id = u.endpoint AND :accepted AND e.consecutive_failures > 0
                        )
                        UPDATE webhook.endpoint e
                           SET consecutive_failures = e.consecutive_failures + 1,
                               failing_since = coalesce(e.failing_since, now())
                          FROM updated u WHERE e.id = u.endpoint AND NOT :accepted
                        RETURNING e.failing_since < now() - make_interval(secs => :disableAfter)
                                  AND e.consecutive_failures >= 5 AS failing_too_long
                        """, AttemptEffect.class)
                .setParameter("status", status)
                .setParameter("delay", delaySeconds)
                .setParameter("delivery", attempt.deliveryId())
                .setParameter("lease", attempt.leaseId())
                .setParameter("at", result.at())
                .setParameter("durationMs", (int) Math.min(result.durationMillis(), Integer.MAX_VALUE))
                .setParameter("responseStatus", result.status())
                .setParameter("error", result.error())
                .setParameter("response", result.response())
                .setParameter("accepted", result.isAccepted())
                .setParameter("disableAfter", Seconds.of(disableAfter))
                .uniqueResultOptional()
                .map(AttemptEffect::failingTooLong)
                .orElse(false);
    }

    /**
     * Replays the events of a time range and of the given types, the earliest first, up to a limit. Test events are
     * replayed only to the endpoint that they were sent to.
     */
    ReplayResult replay(
            UUID endpoint, Instant from, Instant to, Collection<String> types, boolean undeliveredOnly, int limit) {
        return sql.query("""
                        WITH matching AS (
                            SELECT m.event, m.subject, m.sequence, m.published_at FROM webhook.message m
                             WHERE m.published_at >= :from AND m.published_at < :to
                               AND m.type = ANY (cast(:types AS text[]))
                               AND (m.type <> :testType OR EXISTS (
                                    SELECT FROM webhook.delivery t WHERE t.endpoint = :endpoint AND t.event = m.event))
                             ORDER BY m.published_at, m.event LIMIT :limit
                        ), replayed AS (
                            INSERT INTO webhook.delivery AS d (id, endpoint, event, subject, sequence)
                            SELECT uuidv7(), :endpoint, event, subject, sequence FROM matching
                            ON CONFLICT (endpoint, event) DO UPDATE
                               SET status = 'pending', attempts = 0, next_attempt_at = now(), lease = NULL,
                                   leased_until = '-infinity', delivered_at = NULL
                             WHERE d.status <> 'delivered' OR NOT :undeliveredOnly
                            RETURNING id)
                        SELECT (SELECT count(*) FROM replayed) AS replayed, count(*) AS matched,
                               max(published_at) AS last
                          FROM matching
                        """, ReplayResult.class)
                .setParameter("from", from)
                .setParameter("to", to)
                .setParameter("types", types.toArray(String[]::new))
                .setParameter("testType", WebhookEvents.TEST)
                .setParameter("endpoint", endpoint)
                .setParameter("limit", limit)
                .setParameter("undeliveredOnly", undeliveredOnly)
                .getSingleResult();
    }

    /** Replays deliveries of an endpoint. @return how many of the given deliveries belong to it */
    int replay(UUID endpoint, Collection<UUID> deliveries) {
        return sql.update("""
                        UPDATE webhook.delivery
                           SET status = 'pending', attempts = 0, next_attempt_at = now(), lease = NULL,
                               leased_until = '-infinity', delivered_at = NULL
                         WHERE endpoint = :endpoint AND id = ANY (cast(:ids AS uuid[]))
                        """)
                .setParameter("endpoint", endpoint)
                .setParameter("ids", deliveries.toArray(UUID[]::new))
                .executeUpdate();
    }

    /** Deletes events older than this, with their deliveries, up to the given number. @return how many were deleted */
    int prune(Duration age, int limit) {
        return sql.update("""
                        DELETE FROM webhook.message WHERE event IN (
                               SELECT event FROM webhook.message
                                WHERE published_at < now() - make_interval(secs => :age)
                                ORDER BY published_at LIMIT :limit)
                        """)
                .setParameter("age", Seconds.of(age))
                .setParameter("limit", limit)
                .executeUpdate();
    }

    /** The backlog of each endpoint. */
    List<Backlog> backlogs() {
        return sql.query("""
                        SELECT e.id, (SELECT count(*) FROM (
                                         SELECT FROM webhook.delivery d
                                          WHERE d.endpoint = e.id AND d.status = 'pending'
                                          LIMIT 100000) AS counted) AS n,
                               cast(coalesce((SELECT extract(epoch FROM now() - min(d.created_at)) FROM (
                                                SELECT d.created_at FROM webhook.delivery d
                                                 WHERE d.endpoint = e.id AND d.status = 'pending'
                                                 LIMIT 100000) AS d), 0)
                                    AS double precision) AS age
                          FROM webhook.endpoint e WHERE e.deleted_at IS NULL
                        """, Backlog.class).getResultList();
    }
}
