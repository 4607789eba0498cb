package io.fondaco.monitoring;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.IntegrationsProfile;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.CheckoutGauges;
import io.fondaco.checkout.ProductFixture;
import io.fondaco.checkout.Shopper;
import io.fondaco.payment.PaymentGauges;
import io.fondaco.platform.database.Connections;
import io.fondaco.platform.topology.Topology;
import io.fondaco.webhook.LogRecorder;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The series that alerts use exist from the start of an application that has served no other test. */
@QuarkusTest
@Order(Integer.MIN_VALUE)
@TestProfile(IntegrationsProfile.class)
@Tag("integrations")
class MetricsAtStartTest {
    private static final int POOL_SIZE = 20;
    private static final Duration TWO_REFRESHES = Duration.ofSeconds(90);

    @Inject
    ProductFixture productFixture;

    @Inject
    CheckoutGauges checkoutGauges;

    @Inject
    PaymentGauges paymentGauges;

    @Inject
    Connections connections;

    @Inject
    Topology topology;

    /**
     * Compression must be decided before the response is written: a decision during the write can lose the response,
     * so the test makes a hundred requests.
     */
    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/openmetrics-text; version=1.0.0; charset=utf-8"})
    void metricsPageIsCompressedIfGzipIsAccepted(String type) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest scrape = HttpRequest.newBuilder(
                            URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/q/metrics"))
                    .header("Accept", type)
                    .header("Accept-Encoding", "gzip")
                    .timeout(Duration.ofSeconds(5))
                    .build();
            for (int i = 0; i < 100; i++) {
                HttpResponse<byte[]> page = http.send(scrape, HttpResponse.BodyHandlers.ofByteArray());
                assertThat(page.statusCode()).isEqualTo(200);
                assertThat(page.headers().allValues("Content-Encoding")).containsExactly("gzip");
            }
        }
    }

    /** Without a 0 at start, the first event would not count as an increase. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fondaco_admission_requests_refused_total{priority=\"browse\"",
                "fondaco_admission_requests_refused_total{priority=\"buy\"",
                "fondaco_admission_turned_away_total",
                "fondaco_database_deadlocks_total",
                "fondaco_database_reads_refused_total{reason=\"lag\"",
                "fondaco_database_reads_refused_total{reason=\"no_replica\"",
                "fondaco_database_tokens_total{outcome=\"invalid\"",
                "fondaco_database_tokens_total{outcome=\"unplaced\"",
                "fondaco_mail_letters_total{kind=\"confirmation\",outcome=\"failed\"",
                "fondaco_mail_letters_total{kind=\"refund\",outcome=\"retried\"",
                "fondaco_messaging_publish_failures_total",
                "fondaco_payment_calls_seconds_count{provider=\"test\",result=\"failed\",verb=\"authorise\"",
                "fondaco_payment_calls_seconds_count{provider=\"test\",result=\"timed_out\",verb=\"refund\"",
                "fondaco_payment_mismatches_total{provider=\"test\"",
                "fondaco_webhook_disabled_total"
            })
    void rareCountersStartAtZero(String series) {
        assertThat(values(series)).containsExactly(0.0);
    }

    /** On a slow machine these may be above 0 already. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fondaco_cache_log_failures_total",
                "fondaco_database_routing_bugs_total",
                "fondaco_database_slow_statements_total{node=\"primary\",pool=\"primary\"",
                "fondaco_database_connections_waiting{node=\"primary\",pool=\"primary\""
            })
    void watchedSeriesExistAtStart(String series) {
        assertThat(values(series)).hasSize(1);
    }

    @Test
    void everyServerHasItsPoolMetrics() {
        String replica = topology.replicas().getFirst().name();
        assertThat(values("fondaco_database_connections_waiting{node=\"%s\",pool=\"replica\"".formatted(replica)))
                .hasSize(1);
        assertThat(values("fondaco_database_slow_statements_total{node=\"%s\",pool=\"replica\"".formatted(replica)))
                .hasSize(1);
    }

    @Test
    void missingReplicaShowsInTheRotationMetric() {
        assertThat(values("fondaco_database_replicas_expected")).containsExactly(2.0);
        await().untilAsserted(() ->
                assertThat(values("fondaco_database_replicas_in_rotation")).containsExactly(1.0));
    }

    @Test
    void diskSpaceOfTheEmbeddedClusterIsPublished() {
        assertThat(values("disk_free_bytes{path=")).singleElement().satisfies(free -> assertThat(free)
                .isPositive()
                .isLessThanOrEqualTo(values("disk_total_bytes{path=").getFirst()));
    }

    @Test
    void storeRequestsHaveHistogramBucketsAtTheObjectives() {
        given().get("/store/v1/products").then().statusCode(200);
        Shopper.withCart(productFixture.createProduct(250, 1), 1)
                .getCart()
                .then()
                .statusCode(200);
        AdminApi.request().get("/admin/v1/orders").then().statusCode(200);
        for (String route : List.of(
                "method=\"GET\",outcome=\"SUCCESS\",status=\"200\",uri=\"/store/v1/products\"",
                "method=\"POST\",outcome=\"SUCCESS\",status=\"201\",uri=\"/store/v1/carts\"",
                "method=\"GET\",outcome=\"SUCCESS\",status=\"200\",uri=\"/store/v1/carts/{id}\"")) {
            await().untilAsserted(() -> assertThat(lines("http_server_requests_seconds_bucket{" + route)
                            .map(line -> line.replaceFirst(".*le=\"([^\"]*)\".*", "$1")))
                    .as(route)
                    .containsExactly("0.15", "0.8", "+Inf"));
        }
        assertThat(lines("http_server_requests_seconds_bucket")).noneMatch(line -> line.contains("/admin/"));
        assertThat(lines("http_server_requests_seconds_count")).anyMatch(line -> line.contains("/admin/v1/orders"));
    }

    @Test
    void slowStatementIsCountedAndLoggedWithItsRequestId() {
        double before = sum("fondaco_database_slow_statements_total", "pool=\"replica\"");
        try (LogRecorder log = LogRecorder.open()) {
            given().header("Request-Id", "slow-request-1")
                    .get("/test/route/slow-read")
                    .then()
                    .statusCode(200);
            assertThat(log.lines())
                    .anyMatch(line -> line.matches(".*Slow statement: \\d+ ms \\(pool replica of .*, request"
                            + " slow-request-1\\): SELECT count.*pg_sleep.*"));
        }
        assertThat(sum("fondaco_database_slow_statements_total", "pool=\"replica\""))
                .isGreaterThan(before);
    }

    @Test
    void slowJdbcStatementIsLoggedWithoutItsValues() throws SQLException {
        double before = sum("fondaco_database_slow_statements_total", "pool=\"primary\"");
        try (LogRecorder log = LogRecorder.open()) {
            try (Connection connection = connections.toPrimary();
                    PreparedStatement sleep = connection.prepareStatement("SELECT pg_sleep(?),\n ?::text")) {
                sleep.setDouble(1, 0.3);
                sleep.setString(2, "secret@example.org");
                sleep.executeQuery().close();
            }
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("(pool primary, request none): SELECT pg_sleep(?), ?::text"))
                    .noneMatch(line -> line.contains("secret"));
        }
        assertThat(sum("fondaco_database_slow_statements_total", "pool=\"primary\""))
                .isGreaterThan(before);
    }

    @Test
    void waitForAConnectionIsReported() throws Exception {
        assertWaitingThreadIsReported("pool=\"primary\"", connections::toPrimary);
        assertWaitingThreadIsReported("pool=\"replica\"", topology.rotation().getFirst()::connection);
    }

    private void assertWaitingThreadIsReported(String pool, Callable<Connection> source) throws Exception {
        List<Connection> held = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Connection> waiting;
            try {
                for (int i = 0; i < POOL_SIZE; i++) {
                    held.add(source.call());
                }
                waiting = threads.submit(source);
                await().pollInterval(Duration.ofMillis(20))
                        .untilAsserted(() -> assertThat(sum("fondaco_database_connections_waiting", pool))
                                .isPositive());
            } finally {
                for (Connection connection : held) {
                    connection.close();
                }
            }
            waiting.get().close();
        }
        await().untilAsserted(() ->
                assertThat(sum("fondaco_database_connections_waiting", pool)).isZero());
    }

    /**
     * Workers refresh the ages, which the test awaits once for both; the label {@code waiting} follows the last answer
     * of the provider, and refunds of disabled providers count too.
     */
    @Test
    void agesOfOpenCheckoutsAndPendingRefundsArePublished() throws SQLException {
        String order = Shopper.readyToCheckout(productFixture.createProduct(250, 1), 1)
                .complete("tok_async")
                .path("id");
        assertThat(order).startsWith("order_");
        assertThat(update(
                        "UPDATE checkout.attempt SET created_at = now() - interval '2 hours' WHERE state = 'pending'"))
                .isPositive();
        assertThat(update("""
                WITH paid AS (
                    INSERT INTO payment.payment (id, order_id, provider, reference, currency, amount, captured_amount,
                                                 refunded_amount, state)
                    VALUES (gen_random_uuid(), gen_random_uuid(), 'gone', 'old', 'EUR', 100, 100, 100, 'captured')
                    RETURNING id, order_id)
                INSERT INTO payment.refund (id, payment_id, order_id, currency, amount, leased_until, created_at)
                SELECT gen_random_uuid(), id, order_id, 'EUR', 100, now() + interval '1 day',
                       now() - interval '2 hours' FROM paid
                """)).isEqualTo(1);
        await().atMost(TWO_REFRESHES)
                .untilAsserted(() -> assertThat(values("fondaco_checkout_open_age_seconds{waiting=\"provider\""))
                        .singleElement()
                        .satisfies(age -> assertThat(age).isBetween(7_200.0, 9_000.0)));
        await().atMost(TWO_REFRESHES)
                .untilAsserted(() -> assertThat(values("fondaco_payment_refunds_pending_age_seconds{provider=\"gone\""))
                        .singleElement()
                        .satisfies(age -> assertThat(age).isBetween(7_200.0, 9_000.0)));
        assertThat(values("fondaco_payment_refunds_pending_age_seconds{provider=\"test\""))
                .hasSize(1);
        assertThat(values("fondaco_checkout_open_age_seconds{waiting=\"answer\""))
                .containsExactly(0.0);

        update("UPDATE payment.refund SET state = 'succeeded' WHERE state = 'pending'");
        update("""
                UPDATE checkout.attempt
                   SET waiting = 'answer', waiting_since = now() - interval '11 minutes',
                       next_attempt_at = now() + interval '5 minutes'
                 WHERE state = 'pending'
                """);
        refreshGauges();
        assertThat(values("fondaco_checkout_open_age_seconds{waiting=\"answer\""))
                .singleElement()
                .satisfies(age -> assertThat(age).isBetween(660.0, 1_500.0));
        assertThat(values("fondaco_payment_refunds_pending_age_seconds{provider=\"gone\""))
                .containsExactly(0.0);

        // Checkout recovery queries the provider, which answers that the payment is still pending.
        update("UPDATE checkout.attempt SET next_attempt_at = now(), leased_until = now() WHERE state = 'pending'");
        await().atMost(TWO_REFRESHES).untilAsserted(() -> {
            refreshGauges();
            assertThat(values("fondaco_checkout_open_age_seconds{waiting=\"answer\""))
                    .containsExactly(0.0);
        });
        assertThat(values("fondaco_checkout_open_age_seconds{waiting=\"provider\""))
                .singleElement()
                .satisfies(age -> assertThat(age).isGreaterThan(7_200.0));
        update("UPDATE checkout.attempt SET created_at = now() WHERE state = 'pending'");
    }

    private void refreshGauges() {
        checkoutGauges.refresh();
        paymentGauges.refresh();
    }

    private int update(String sql) throws SQLException {
        try (Connection connection = connections.toPrimary();
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static List<Double> values(String prefix) {
        return lines(prefix).map(MetricsAtStartTest::value).toList();
    }

    private static double sum(String name, String label) {
        return lines(name)
                .filter(line -> line.contains(label))
                .mapToDouble(MetricsAtStartTest::value)
                .sum();
    }

    private static double value(String line) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static Stream<String> lines(String prefix) {
        return given().get("/q/metrics").asString().lines().filter(line -> line.startsWith(prefix));
    }
}
