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

/** What holds of events whatever carries them: the same tests for the database and for Kafka. */
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

    /** Has everything that was ever carried arrive once more. */
    abstract void redeliverAll() throws Exception;

    @BeforeEach
    void prepare() throws SQLException {
        database.execute("CREATE SCHEMA IF NOT EXISTS probe");
        database.execute(
                "CREATE TABLE IF NOT EXISTS probe.effect (n bigint GENERATED ALWAYS AS IDENTITY, event uuid, subject text,"
                        + " sequence bigint)");
    }

    @AfterEach
    void heal() {
        probeListener.recoverAll();
    }

    @Test
    void everyEventOfEverySubjectIsHandledOnceAndInItsOrder() throws Exception {
        List<String> subjects = IntStream.range(0, 20).mapToObj(_ -> subject()).toList();
        try (ExecutorService tellers = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 25; round++) {
                subjects.forEach(subject -> tellers.submit(() -> publish(subject)));
            }
        }
        for (String subject : subjects) {
            awaitHandled(subject, LongStream.rangeClosed(1, 25).boxed().toList());
        }
    }

    @Test
    void severalEventsOfOneTransactionKeepTheirOrder() {
        String one = subject();
        String other = subject();
        publish(one, other, one, one, other);
        awaitHandled(one, List.of(1L, 2L, 3L));
        awaitHandled(other, List.of(1L, 2L));
    }

    @Test
    void whatIsRolledBackWasNeverTold() throws SQLException {
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
    void outsideOfATransactionNothingCanBeTold() {
        assertThatThrownBy(() -> publishWithoutTransaction(subject())).hasMessageContaining("in the transaction");
    }

    @ActivateRequestContext
    void publishWithoutTransaction(String subject) {
        outbox.publish(List.of(event(subject)));
    }

    @Test
    void whatArrivesAgainIsNotHandledAgain() throws Exception {
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
    void whoeverKeepsATransactionOpenHoldsUpNobodyAndIsNotMissed() throws Exception {
        String slow = subject();
        // Read by the same cursor: it has come past the slow one's place by the time that this is committed.
        String quick = Stream.generate(this::subject)
                .filter(other -> Outbox.bucket(other) == Outbox.bucket(slow))
                .findFirst()
                .orElseThrow();
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Thread teller = Thread.ofVirtual()
                .start(() -> ShopDatabase.inTransaction(() -> {
                    outbox.publish(List.of(event(slow)));
                    told.countDown();
                    try {
                        finish.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        publish(quick);
        publish(quick);
        awaitHandled(quick, List.of(1L, 2L));
        assertThat(handledSequences(slow)).isEmpty();
        finish.countDown();
        teller.join();
        awaitHandled(slow, List.of(1L));
    }

    @Test
    void aSubjectThatFailsHoldsUpItsOwnEventsOnlyAndGoesOnInOrderWhenItIsWell() {
        String ill = subject();
        String well = subject();
        probeListener.failOn(ill);
        int before = probeListener.failures();
        publish(ill, well, ill, well);
        publish(ill, well);
        awaitHandled(well, List.of(1L, 2L, 3L));
        await().atMost(SOON).until(() -> probeListener.failures() >= before + 2);
        assertThat(handledSequences(ill)).isEmpty();
        probeListener.recover(ill);
        awaitHandled(ill, List.of(1L, 2L, 3L));
    }

    @Test
    void whatFailsForGoodIsADeadLetterThatCanBeReplayed() {
        String ill = subject();
        probeListener.failOn(ill);
        publish(ill, ill);
        String letter = await().atMost(SOON).until(() -> findDeadLetterId(ill, 1), id -> id != null);
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .get(DEAD_LETTERS_PATH + "/" + letter)
                .then()
                .statusCode(200)
                .body("listener", equalTo("probe"))
                .body("event_type", equalTo("probe.happened"))
                .body("event_id", startsWith("event_"))
                .body("attempts", equalTo(4))
                .body("data.note", equalTo("hello"))
                .body("error", equalTo("IllegalStateException: The probe fails at " + ill));
        await().atMost(SOON).until(() -> findDeadLetterId(ill, 2) != null);
        probeListener.recover(ill);
        // The one behind it was tried when the first was given up; a new one is handled now.
        publish(ill);
        awaitHandled(ill, List.of(3L));
        for (long sequence : List.of(1L, 2L)) {
            given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                    .post(DEAD_LETTERS_PATH + "/" + findDeadLetterId(ill, sequence) + "/replay")
                    .then()
                    .statusCode(202);
            await().atMost(SOON).until(() -> handledSequences(ill).contains(sequence));
        }
        awaitHandled(ill, List.of(3L, 1L, 2L));
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .get(DEAD_LETTERS_PATH + "/" + letter)
                .then()
                .statusCode(404);
    }

    @Test
    void theTraceThatAnEventWasToldInIsGoneOnWithWhateverBecomesOfIt() {
        String trace = "%032x".formatted(System.nanoTime());
        String span = "%016x".formatted(System.nanoTime());
        String ill = subject();
        probeListener.failOn(ill);
        try (Scope _ = Span.wrap(SpanContext.create(trace, span, TraceFlags.getSampled(), TraceState.getDefault()))
                .makeCurrent()) {
            publish(ill);
        }
        String letter = await().atMost(SOON).until(() -> findDeadLetterId(ill, 1), id -> id != null);
        probeListener.recover(ill);
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .post(DEAD_LETTERS_PATH + "/" + letter + "/replay")
                .then()
                .statusCode(202);
        awaitHandled(ill, List.of(1L));
        assertThat(probeListener.traces(ill))
                .hasSizeGreaterThanOrEqualTo(5)
                .containsOnly("00-" + trace + "-" + span + "-01");
        String untraced = subject();
        publish(untraced);
        awaitHandled(untraced, List.of(1L));
        assertThat(probeListener.traces(untraced)).containsExactly("null");
    }

    @Test
    void aDeadLetterCanBeThrownAwayByWhoMayDoSo() {
        String ill = subject();
        probeListener.failOn(ill);
        publish(ill);
        String letter = await().atMost(SOON).until(() -> findDeadLetterId(ill, 1), id -> id != null);
        given().delete(DEAD_LETTERS_PATH + "/" + letter).then().statusCode(401);
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .delete(DEAD_LETTERS_PATH + "/" + letter)
                .then()
                .statusCode(204);
        given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .post(DEAD_LETTERS_PATH + "/" + letter + "/replay")
                .then()
                .statusCode(404);
    }

    @Test
    void whatComesSoLateThatNobodyKnowsWhetherItWasHandledIsADeadLetter() throws SQLException {
        String subject = subject();
        String id = "01900000-0000-7000-8000-" + "%012x".formatted(System.nanoTime() & 0xFFFFFFFFFFFFL);
        database.execute("""
                INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data, published_at)
                VALUES (%d, '%s', 'probe.happened', '%s', 1, 1, '{}', now() - interval '9 days')
                """.formatted(Outbox.bucket(subject), id, subject));
        await().atMost(SOON).until(() -> findDeadLetterId(subject, 1) != null);
        assertThat(handledSequences(subject)).isEmpty();
    }

    String subject() {
        return TypeId.format("probe", TypeId.newUuid());
    }

    static NewEvent event(String subject) {
        return new NewEvent(ProbeListener.HAPPENED, subject, 1, Map.of("note", "hello"));
    }

    void publish(String... subjects) {
        ShopDatabase.inTransaction(() -> outbox.publish(
                List.of(subjects).stream().map(EventDeliveryGuarantees::event).toList()));
    }

    void awaitHandled(String subject, List<Long> sequences) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(handledSequences(subject)).containsExactlyElementsOf(sequences));
    }

    /** The numbers of the events that were handled, in the order of their handling. */
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
        List<Map<String, Object>> letters = given().header("Authorization", "Bearer " + PostgresTestResource.ADMIN_KEY)
                .get(DEAD_LETTERS_PATH + "?listener=probe&limit=100")
                .then()
                .statusCode(200)
                .extract()
                .path("data");
        return letters.stream()
                .filter(letter -> letter.get("subject").equals(subject)
                        && ((Number) letter.get("sequence")).longValue() == sequence)
                .map(letter -> (String) letter.get("id"))
                .findFirst()
                .orElse(null);
    }
}
