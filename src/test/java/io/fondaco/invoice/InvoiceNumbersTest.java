package io.fondaco.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import io.fondaco.ConcurrentRunner;
import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.invoice.InvoiceData.InvoiceCustomer;
import io.fondaco.invoice.InvoiceData.InvoiceSeller;
import io.fondaco.invoice.InvoiceData.InvoiceTotals;
import io.fondaco.order.OrderId;
import io.fondaco.platform.money.Money;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The numbers of series, and the series in the admin API. Each test has series of its own. */
@QuarkusTest
class InvoiceNumbersTest {
    private static final String SERIES = "/admin/v1/invoice-series";
    private static final int WRITERS = 200;
    private static final int CONCURRENT_WRITERS = 16;

    /** One writer in this many fails after it has taken its number. */
    private static final int FAILING_ONE_IN = 3;

    @Inject
    InvoiceStatements statements;

    @Inject
    ShopDatabase database;

    /** Each transaction writes the invoice of another order; those that fail give their numbers back. */
    @Test
    void numbersOfConcurrentWritersHaveNoGaps() throws Exception {
        String series = createSeries(1);
        List<Optional<Invoice>> results = ConcurrentRunner.runAll(WRITERS, CONCURRENT_WRITERS, writer -> {
            try {
                return Optional.of(write(series, writer % FAILING_ONE_IN == 0));
            } catch (FailedAfterNumber _) {
                return Optional.empty();
            }
        });
        List<Invoice> written = results.stream()
                .flatMap(Optional::stream)
                .sorted(Comparator.comparingLong(Invoice::number))
                .toList();
        assertThat(written).hasSize(WRITERS - Math.ceilDiv(WRITERS, FAILING_ONE_IN));
        assertThat(written)
                .extracting(Invoice::number)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, written.size()).boxed().toList());
        assertThat(written).extracting(Invoice::issuedAt).isSorted();
        assertThat(written).extracting(Invoice::fullNumber).doesNotHaveDuplicates();
        assertThat(database.query("SELECT count(*) || ' ' || max(number) FROM invoice.invoice WHERE series = '%s'"
                        .formatted(series)))
                .isEqualTo("%d %d".formatted(written.size(), written.size()));
        AdminApi.request().get(SERIES + "/" + series).then().body("next_number", equalTo(written.size() + 1));
    }

    private static final class FailedAfterNumber extends RuntimeException {}

    private Invoice write(String series, boolean fails) {
        List<Invoice> written = new ArrayList<>();
        ShopDatabase.inTransaction(() -> {
            written.add(statements.write(InvoiceKind.INVOICE, series, OrderId.random(), Optional.empty(), data()));
            if (fails) {
                throw new FailedAfterNumber();
            }
        });
        return written.getFirst();
    }

    private static InvoiceData data() {
        Money total = Money.of(119, "EUR");
        return new InvoiceData(
                new InvoiceSeller("Lumen GmbH", List.of("Hof 2"), null, "Berlin", null, "DE", null, null),
                new InvoiceCustomer(null, "ada@example.org", null, null, null),
                1,
                Instant.EPOCH,
                null,
                List.of(),
                null,
                null,
                null,
                List.of(),
                List.of(),
                new InvoiceTotals(total, Money.zero("EUR"), total),
                null,
                null,
                null);
    }

    private String createSeries(long next) throws SQLException {
        String code = "t-" + UUID.randomUUID();
        database.execute("INSERT INTO invoice.series (code, prefix, digits, next_number) VALUES ('%s', '%s', 4, %d)"
                .formatted(code, randomPrefix(), next));
        return code;
    }

    private static String randomPrefix() {
        return UUID.randomUUID().toString().substring(0, 8) + "-";
    }

    @Test
    void firstNumberCanBeRaisedUntilItIsTaken() throws SQLException {
        String series = createSeries(5);
        change(series, Map.of("next_number", 4))
                .then()
                .statusCode(422)
                .body("code", equalTo("next_number_too_low"))
                .body("errors.pointer", contains("/next_number"));
        String prefix = randomPrefix();
        Response changed = change(series, Map.of("next_number", 9_999, "prefix", prefix));
        changed.then()
                .statusCode(200)
                .body("next_number", equalTo(9_999))
                .body("prefix", equalTo(prefix))
                .body("digits", equalTo(4))
                .body("version", equalTo(2));
        assertThat(write(series, false).fullNumber()).isEqualTo(prefix + "9999");
        assertThat(write(series, false).fullNumber()).isEqualTo(prefix + "10000");
        for (int next : List.of(10_000, 10_002)) {
            change(series, Map.of("next_number", next)).then().statusCode(409).body("code", equalTo("series_in_use"));
        }
        AdminApi.request()
                .header("If-Match", changed.header("ETag"))
                .body(Map.of("digits", 7, "next_number", 10_001))
                .patch(SERIES + "/" + series)
                .then()
                .statusCode(200);
        assertThat(write(series, false).fullNumber()).isEqualTo(prefix + "0010001");
    }

    private static Response change(String series, Map<String, Object> change) {
        return AdminApi.request().header("If-Match", "*").body(change).patch(SERIES + "/" + series);
    }

    @Test
    void prefixThatAnotherSeriesHasOrHadIsRejected() throws SQLException {
        String one = createSeries(1);
        String other = createSeries(1);
        String prefix = randomPrefix();
        change(one, Map.of("prefix", prefix)).then().statusCode(200);
        change(other, Map.of("prefix", prefix)).then().statusCode(409).body("code", equalTo("prefix_taken"));
        write(one, false);
        change(one, Map.of("prefix", randomPrefix())).then().statusCode(200);
        change(other, Map.of("prefix", prefix)).then().statusCode(409).body("code", equalTo("prefix_taken"));
        change(other, Map.of("prefix", prefix + "B-")).then().statusCode(200);
        change(one, Map.of("prefix", prefix)).then().statusCode(200);
        for (String invalid : List.of("A1", "Ä-", "A B-", "x".repeat(21))) {
            change(other, Map.of("prefix", invalid)).then().statusCode(422).body("errors.pointer", contains("/prefix"));
        }
    }

    @Test
    void seriesAreChangedWithTheirETag() throws SQLException {
        String series = createSeries(1);
        AdminApi.request()
                .body(Map.of("digits", 5))
                .patch(SERIES + "/" + series)
                .then()
                .statusCode(428);
        AdminApi.request()
                .header("If-Match", "\"7\"")
                .body(Map.of("digits", 5))
                .patch(SERIES + "/" + series)
                .then()
                .statusCode(412);
        for (int digits : List.of(0, 13)) {
            change(series, Map.of("digits", digits)).then().statusCode(422).body("errors.pointer", contains("/digits"));
        }
        change("none", Map.of("digits", 5)).then().statusCode(404);
        AdminApi.request().get(SERIES + "/none").then().statusCode(404);
        AdminApi.request()
                .queryParam("limit", 100)
                .get(SERIES)
                .then()
                .statusCode(200)
                .body("data.code", hasItems("credit-note", "invoice"));
    }
}
