package io.fondaco.platform.messaging;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.PostgresTestResource;
import io.fondaco.ShopDatabase;
import io.fondaco.platform.identity.TypeId;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guarantees of event delivery: the same tests run with the database and with Kafka as transport. */
@Timeout(60)
abstract class EventDeliveryGuarantees {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String DEAD_LETTERS_PATH = "/admin/v1/dead-letters";

    @Inject
    Outbox outbox;

    @Inject
    ProbeListener probeListener;

    @Inject
    ShopDatabase database;

    /** Delivers all events again. */
    abstract void redeliverAll() throws Exception;

    @BeforeEach
    void prepare() throws SQLException {
        database.execute("CREATE SCHEMA IF NOT EXISTS probe");
        database.execute("CREATE TABLE IF NOT EXISTS probe.effect (n bigint GENERATED ALWAYS AS IDENTITY, event"
                + " uuid, subject text, sequence bigint)");
    }

    @AfterEach
    void recoverListener() {
        probeListener.recoverAll();
    }

    @Test
    void everyEventIsHandledOnceInTheOrderOfItsSubject() throws Exception {
        List<String> subjects = IntStream.range(0, 20).mapToObj(_ -> subject()).toList();
        try (ExecutorService publishers = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 25; round++) {
                subjects.forEach(subject -> publishers.submit(() -> publish(subject)));
            }
        }
        for (String subject : subjects) {
            awaitHandled(subject, LongStream.rangeClosed(1, 25).boxed().toList());
        }
    }

    @Test
    void eventsOfOneTransactionKeepTheirOrder() {
        String one = subject();
        String other = subject();
        publish(one, other, one, one, other);
        awaitHandled(one, List.of(1L, 2L, 3L));
        awaitHandled(other, List.of(1L, 2L));
    }

    @Test
    void rolledBackEventIsNotPublished() throws SQLException {
        String subject = subject();
        assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(() -> {
                    outbox.publish(List.of(event(subject)));
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        publish(subject);
        awaitHandled(subject, List.of(1L));
        assertThat(database.query("SELECT count(*) FROM messaging.outbox WHERE subject = '" + subject + "'"))
                .isEqualTo("1");
    }

    @Test
    void publishingOutsideATransactionFails() {
        assertThatThrownBy(() -> publishWithoutTransaction(subject())).hasMessageContaining("in the transaction");
    }

    @ActivateRequestContext
    void publishWithoutTransaction(String subject) {
        outbox.publish(List.of(event(subject)));
    }

    @Test
    void redeliveredEventIsNotHandledAgain() throws Exception {
        String subject = subject();
        publish(subject, subject, subject);
        awaitHandled(subject, List.of(1L, 2L, 3L));
        redeliverAll();
        String marker = subject();
        publish(marker);
        awaitHandled(marker, List.of(1L));
        awaitHandled(subject, List.of(1L, 2L, 3L));
    }

    @Test
    void openTransactionDelaysNoOtherEventAndItsEventIsNotMissed() throws Exception {
        String slow = subject();
        // In the same bucket: the cursor has passed the position of the slow event before the slow transaction commits.
        String quick = Stream.generate(this::subject)
                .filter(other -> Outbox.bucket(other) == Outbox.bucket(slow))
                .findFirst()
                .orElseThrow();
        CountDownLatch published = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Thread publisher = Thread.ofVirtual()
                .start(() -> ShopDatabase.inTransaction(() -> {
                    outbox.publish(List.of(event(slow)));
                    published.countDown();
                    try {
                        finish.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        assertThat(published.await(20, TimeUnit.SECONDS)).isTrue();
        publish(quick);
        publish(quick);
        awaitHandled(quick, List.of(1L, 2L));
        assertThat(handledSequences(slow)).isEmpty();
        finish.countDown();
        publisher.join();
        awaitHandled(slow, List.of(1L));
    }

    @Test
    void failingSubjectBlocksOnlyItsOwnEventsAndContinuesInOrder() {
        String failing = subject();
        String healthy = subject();
        probeListener.failOn(failing);
        int before = probeListener.failures();
        publish(failing, healthy, failing, healthy);
        publish(failing, healthy);
        awaitHandled(healthy, List.of(1L, 2L, 3L));
        await().atMost(SOON).until(() -> probeListener.failures() >= before + 2);
        assertThat(handledSequences(failing)).isEmpty();
        probeListener.recover(failing);
        awaitHandled(failing, List.of(1L, 2L, 3L));
    }

    @Test
    void eventThatFailsForTheLastTimeIsADeadLetterAndCanBeReplayed() {
        String failing = subject();
        probeListener.failOn(failing);
        publish(failing, failing);
        String deadLetter = await().atMost(SOON).until(() -> findDeadLetterId(failing, 1), id -> id != null);
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .get(DEAD_LETTERS_PATH + "/" + deadLetter)
                .then()
                .statusCode(200)
                .body("listener", equalTo("probe"))
                .body("event_type", equalTo("probe.happened"))
                .body("event_id", startsWith("event_"))
                .body("attempts", equalTo(4))
                .body("data.note", equalTo("hello"))
                .body("error", equalTo("IllegalStateException: The probe fails at " + failing));
        await().atMost(SOON).until(() -> findDeadLetterId(failing, 2) != null);
        probeListener.recover(failing);
        // The second event was attempted when the first became a dead letter. A new event is handled now.
        publish(failing);
        awaitHandled(failing, List.of(3L));
        for (long sequence : List.of(1L, 2L)) {
            given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                    .post(DEAD_LETTERS_PATH + "/" + findDeadLetterId(failing, sequence) + "/replay")
                    .then()
                    .statusCode(202);
            await().atMost(SOON).until(() -> handledSequences(failing).contains(sequence));
        }
        awaitHandled(failing, List.of(3L, 1L, 2L));
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .get(DEAD_LETTERS_PATH + "/" + deadLetter)
                .then()
                .statusCode(404);
    }

    @Test
    void traceOfAnEventIsContinuedInEveryAttempt() {
        String trace = "%032x".formatted(System.nanoTime());
        String span = "%016x".formatted(System.nanoTime());
        String failing = subject();
        probeListener.failOn(failing);
        try (Scope _ = Span.wrap(SpanContext.create(trace, span, TraceFlags.getSampled(), TraceState.getDefault()))
                .makeCurrent()) {
            publish(failing);
        }
        String deadLetter = await().atMost(SOON).until(() -> findDeadLetterId(failing, 1), id -> id != null);
        probeListener.recover(failing);
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .post(DEAD_LETTERS_PATH + "/" + deadLetter + "/replay")
                .then()
                .statusCode(202);
        awaitHandled(failing, List.of(1L));
        assertThat(probeListener.traces(failing))
                .hasSizeGreaterThanOrEqualTo(5)
                .containsOnly("00-" + trace + "-" + span + "-01");
        String untraced = subject();
        publish(untraced);
        awaitHandled(untraced, List.of(1L));
        assertThat(probeListener.traces(untraced)).containsExactly("null");
    }

    @Test
    void deadLetterCanBeDiscardedWithPermission() {
        String failing = subject();
        probeListener.failOn(failing);
        publish(failing);
        String deadLetter = await().atMost(SOON).until(() -> findDeadLetterId(failing, 1), id -> id != null);
        given().delete(DEAD_LETTERS_PATH + "/" + deadLetter).then().statusCode(401);
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .delete(DEAD_LETTERS_PATH + "/" + deadLetter)
                .then()
                .statusCode(204);
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .post(DEAD_LETTERS_PATH + "/" + deadLetter + "/replay")
                .then()
                .statusCode(404);
    }

    @Test
    void eventAfterTheInboxRetentionIsADeadLetter() throws SQLException {
        String subject = subject();
        String id = "01900000-0000-7000-8000-" + "%012x".formatted(System.nanoTime() & 0xFFFFFFFFFFFFL);
        database.execute("""
                INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data, published_at)
                VALUES (%d, '%s', 'probe.happened', '%s', 1, 1, '{}', now() - interval '9 days')
                """.formatted(Outbox.bucket(subject), id, subject));
        await().atMost(SOON).until(() -> findDeadLetterId(subject, 1) != null);
        assertThat(handledSequences(subject)).isEmpty();
    }

    @Test
    void eventOfAnUnknownTypeIsADeadLetter() throws SQLException {
        String unknown = subject();
        String healthy = subject();
        insertEvent(unknown, "probe.vanished", "{}");
        publish(healthy, healthy);
        awaitHandled(healthy, List.of(1L, 2L));
        await().atMost(SOON).until(() -> findDeadLetterId(unknown, 1) != null);
        assertThat(findDeadLetterError(unknown))
                .isEqualTo("IllegalStateException: Unknown event type probe.vanished: no module of this release"
                        + " declares it");
        assertThat(handledSequences(unknown)).isEmpty();
    }

    @Test
    void eventWithInvalidDataIsADeadLetter() throws SQLException {
        String subject = subject();
        insertEvent(subject, "probe.happened", "{\"note\": [1]}");
        await().atMost(SOON).until(() -> findDeadLetterId(subject, 1) != null);
        assertThat(handledSequences(subject)).isEmpty();
    }

    private void insertEvent(String subject, String type, String data) throws SQLException {
        database.execute("""
                INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data)
                VALUES (%d, '%s', '%s', '%s', 1, 1, '%s')
                """.formatted(Outbox.bucket(subject), TypeId.newUuid(), type, subject, data));
    }

    String subject() {
        return TypeId.format("probe", TypeId.newUuid());
    }

    static NewEvent event(String subject) {
        return new NewEvent(subject, 1, new ProbeListener.ProbeEvent.ProbeHappened("hello"));
    }

    void publish(String... subjects) {
        ShopDatabase.inTransaction(() -> outbox.publish(
                List.of(subjects).stream().map(EventDeliveryGuarantees::event).toList()));
    }

    void awaitHandled(String subject, List<Long> sequences) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(handledSequences(subject)).containsExactlyElementsOf(sequences));
    }

    /** The sequence numbers of the handled events, in the order of their handling. */
    List<Long> handledSequences(String subject) {
        try {
            String effects = database.query(
                    "SELECT string_agg(sequence::text, ',' ORDER BY n) FROM probe.effect WHERE subject = '%s'"
                            .formatted(subject));
            return effects == null
                    ? List.of()
                    : Stream.of(effects.split(",")).map(Long::valueOf).toList();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String findDeadLetterId(String subject, long sequence) {
        return findDeadLetter(subject, sequence)
                .map(deadLetter -> (String) deadLetter.get("id"))
                .orElse(null);
    }

    private Object findDeadLetterError(String subject) {
        return findDeadLetter(subject, 1).orElseThrow().get("error");
    }

    private Optional<Map<String, Object>> findDeadLetter(String subject, long sequence) {
        List<Map<String, Object>> deadLetters = given().header(
                        "Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .get(DEAD_LETTERS_PATH + "?listener=probe&limit=100")
                .then()
                .statusCode(200)
                .extract()
                .path("data");
        return deadLetters.stream()
                .filter(deadLetter -> deadLetter.get("subject").equals(subject)
                        && ((Number) deadLetter.get("sequence")).longValue() == sequence)
                .findFirst();
    }
}
