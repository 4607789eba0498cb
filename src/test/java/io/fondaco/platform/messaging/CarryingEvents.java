package io.fondaco.platform.messaging;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.fondaco.ClusterForTests;
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
abstract class CarryingEvents {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String LETTERS = "/admin/v1/dead-letters";

    @Inject
    Outbox outbox;

    @Inject
    Probe probe;

    @Inject
    ShopDatabase database;

    /** Has everything that was ever carried arrive once more. */
    abstract void carryAgain() throws Exception;

    @BeforeEach
    void prepare() throws SQLException {
        database.execute("CREATE SCHEMA IF NOT EXISTS probe");
        database.execute(
                "CREATE TABLE IF NOT EXISTS probe.effect (n bigint GENERATED ALWAYS AS IDENTITY, event uuid, subject text,"
                        + " sequence bigint)");
    }

    @AfterEach
    void heal() {
        probe.healAll();
    }

    @Test
    void everyEventOfEverySubjectIsHandledOnceAndInItsOrder() throws Exception {
        List<String> subjects = IntStream.range(0, 20).mapToObj(_ -> subject()).toList();
        try (ExecutorService tellers = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 25; round++) {
                subjects.forEach(subject -> tellers.submit(() -> tell(subject)));
            }
        }
        for (String subject : subjects) {
            awaitEffects(subject, LongStream.rangeClosed(1, 25).boxed().toList());
        }
    }

    @Test
    void severalEventsOfOneTransactionKeepTheirOrder() {
        String one = subject();
        String other = subject();
        tell(one, other, one, one, other);
        awaitEffects(one, List.of(1L, 2L, 3L));
        awaitEffects(other, List.of(1L, 2L));
    }

    @Test
    void whatIsRolledBackWasNeverTold() throws SQLException {
        String subject = subject();
        assertThatThrownBy(() -> QuarkusTransaction.requiringNew().run(() -> {
                    outbox.tell(List.of(event(subject)));
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        tell(subject);
        awaitEffects(subject, List.of(1L));
        assertThat(database.query("SELECT count(*) FROM messaging.outbox WHERE subject = '" + subject + "'"))
                .isEqualTo("1");
    }

    @Test
    void outsideOfATransactionNothingCanBeTold() {
        assertThatThrownBy(() -> tellWithoutTransaction(subject())).hasMessageContaining("in the transaction");
    }

    @ActivateRequestContext
    void tellWithoutTransaction(String subject) {
        outbox.tell(List.of(event(subject)));
    }

    @Test
    void whatArrivesAgainIsNotHandledAgain() throws Exception {
        String subject = subject();
        tell(subject, subject, subject);
        awaitEffects(subject, List.of(1L, 2L, 3L));
        carryAgain();
        String marker = subject();
        tell(marker);
        awaitEffects(marker, List.of(1L));
        awaitEffects(subject, List.of(1L, 2L, 3L));
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
                    outbox.tell(List.of(event(slow)));
                    told.countDown();
                    try {
                        finish.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        tell(quick);
        tell(quick);
        awaitEffects(quick, List.of(1L, 2L));
        assertThat(effects(slow)).isEmpty();
        finish.countDown();
        teller.join();
        awaitEffects(slow, List.of(1L));
    }

    @Test
    void aSubjectThatFailsHoldsUpItsOwnEventsOnlyAndGoesOnInOrderWhenItIsWell() {
        String ill = subject();
        String well = subject();
        probe.failAt(ill);
        int before = probe.failures();
        tell(ill, well, ill, well);
        tell(ill, well);
        awaitEffects(well, List.of(1L, 2L, 3L));
        await().atMost(SOON).until(() -> probe.failures() >= before + 2);
        assertThat(effects(ill)).isEmpty();
        probe.heal(ill);
        awaitEffects(ill, List.of(1L, 2L, 3L));
    }

    @Test
    void whatFailsForGoodIsADeadLetterThatCanBeReplayed() {
        String ill = subject();
        probe.failAt(ill);
        tell(ill, ill);
        String letter = await().atMost(SOON).until(() -> letterOf(ill, 1), id -> id != null);
        given().header("Authorization", "Bearer " + ClusterForTests.ADMIN_KEY)
                .get(LETTERS + "/" + letter)
                .then()
                .statusCode(200)
                .body("listener", equalTo("probe"))
                .body("event_type", equalTo("probe.happened"))
                .body("event_id", startsWith("event_"))
                .body("attempts", equalTo(4))
                .body("data.note", equalTo("hello"))
                .body("error", equalTo("IllegalStateException: The probe fails at " + ill));
        await().atMost(SOON).until(() -> letterOf(ill, 2) != null);
        probe.heal(ill);
        // The one behind it was tried when the first was given up; a new one is handled now.
        tell(ill);
        awaitEffects(ill, List.of(3L));
        for (long sequence : List.of(1L, 2L)) {
            given().header("Authorization", "Bearer " + ClusterForTests.ADMIN_KEY)
                    .post(LETTERS + "/" + letterOf(ill, sequence) + "/replay")
                    .then()
                    .statusCode(202);
            await().atMost(SOON).until(() -> effects(ill).contains(sequence));
        }
        awaitEffects(ill, List.of(3L, 1L, 2L));
        given().header("Authorization", "Bearer " + ClusterForTests.ADMIN_KEY)
                .get(LETTERS + "/" + letter)
                .then()
                .statusCode(404);
    }

    @Test
    void theTraceThatAnEventWasToldInIsGoneOnWithWhateverBecomesOfIt() {
        String trace = "%032x".formatted(System.nanoTime());
        String span = "%016x".formatted(System.nanoTime());
        String ill = subject();
        probe.failAt(ill);
        try (Scope _ = Span.wrap(SpanContext.create(trace, span, TraceFlags.getSampled(), TraceState.getDefault()))
                .makeCurrent()) {
            tell(ill);
        }
        String letter = await().atMost(SOON).until(() -> letterOf(ill, 1), id -> id != null);
        probe.heal(ill);
        given().header("Authorization", "Bearer " + ClusterForTests.ADMIN_KEY)
                .post(LETTERS + "/" + letter + "/replay")
                .then()
                .statusCode(202);
        awaitEffects(ill, List.of(1L));
        assertThat(probe.traces(ill)).hasSizeGreaterThanOrEqualTo(5).containsOnly("00-" + trace + "-" + span + "-01");
        String untraced = subject();
        tell(untraced);
        awaitEffects(untraced, List.of(1L));
        assertThat(probe.traces(untraced)).containsExactly("null");
    }

    @Test
    void aDeadLetterCanBeThrownAwayByWhoMayDoSo() {
        String ill = subject();
        probe.failAt(ill);
        tell(ill);
        String letter = await().atMost(SOON).until(() -> letterOf(ill, 1), id -> id != null);
        given().delete(LETTERS + "/" + letter).then().statusCode(401);
        given().header("Authorization", "Bearer " + ClusterForTests.ADMIN_KEY)
                .delete(LETTERS + "/" + letter)
                .then()
                .statusCode(204);
        given().header("Authorization", "Bearer " + ClusterForTests.ADMIN_KEY)
                .post(LETTERS + "/" + letter + "/replay")
                .then()
                .statusCode(404);
    }

    @Test
    void whatComesSoLateThatNobodyKnowsWhetherItWasHandledIsADeadLetter() throws SQLException {
        String subject = subject();
        String id = "01900000-0000-7000-8000-" + "%012x".formatted(System.nanoTime() & 0xFFFFFFFFFFFFL);
        database.execute("""
                INSERT INTO messaging.outbox (bucket, id, type, subject, sequence, version, data, told_at)
                VALUES (%d, '%s', 'probe.happened', '%s', 1, 1, '{}', now() - interval '9 days')
                """.formatted(Outbox.bucket(subject), id, subject));
        await().atMost(SOON).until(() -> letterOf(subject, 1) != null);
        assertThat(effects(subject)).isEmpty();
    }

    String subject() {
        return TypeId.format("probe", TypeId.newUuid());
    }

    static NewEvent event(String subject) {
        return new NewEvent(Probe.HAPPENED, subject, 1, Map.of("note", "hello"));
    }

    void tell(String... subjects) {
        ShopDatabase.inTransaction(() -> outbox.tell(
                List.of(subjects).stream().map(CarryingEvents::event).toList()));
    }

    void awaitEffects(String subject, List<Long> sequences) {
        await().atMost(SOON).untilAsserted(() -> assertThat(effects(subject)).containsExactlyElementsOf(sequences));
    }

    /** The numbers of the events that were handled, in the order of their handling. */
    List<Long> effects(String subject) {
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

    private String letterOf(String subject, long sequence) {
        List<Map<String, Object>> letters = given().header("Authorization", "Bearer " + ClusterForTests.ADMIN_KEY)
                .get(LETTERS + "?listener=probe&limit=100")
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
