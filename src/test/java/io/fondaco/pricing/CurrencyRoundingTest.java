package io.fondaco.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.fondaco.checkout.AdminApi;
import io.fondaco.platform.cache.ObjectCaches;
import io.fondaco.platform.money.Money;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rounding of totals by currency. */
@QuarkusTest
class CurrencyRoundingTest {
    private static final String PATH = "/admin/v1/settings/currency-rounding/";

    @Inject
    Pricing pricing;

    @Inject
    ObjectCaches caches;

    @Test
    void totalIsRoundedHalfUpToAMultipleOfTheStep() {
        assertThat(rounded(1_000, 5)).isEqualTo(1_000);
        assertThat(rounded(1_002, 5)).isEqualTo(1_000);
        assertThat(rounded(1_003, 5)).isEqualTo(1_005);
        assertThat(rounded(1_005, 10)).isEqualTo(1_010);
        assertThat(rounded(1_004, 10)).isEqualTo(1_000);
        assertThat(rounded(1, 5)).isZero();
        assertThat(rounded(0, 5)).isZero();
        assertThat(rounded(Money.MAX_AMOUNT, 2)).isEqualTo(Money.MAX_AMOUNT - 1);
        for (long total = 0; total < 1_000; total++) {
            for (int step : new int[] {2, 3, 5, 7, 50, 100}) {
                assertThat(rounded(total, step) % step).isZero();
                assertThat(2 * Math.abs(rounded(total, step) - total)).isLessThanOrEqualTo(step);
            }
        }
    }

    private static long rounded(long amount, int step) {
        return amount + CurrencyRounding.roundingFor(Money.of(amount, "CHF"), step);
    }

    @Test
    void roundingIsSetChangedAndRemoved() {
        String path = PATH + "CHF";
        assertThat(roundingFor("CHF")).isZero();
        AdminApi.request().get(path).then().statusCode(404);
        AdminApi.request()
                .body(Map.of("step_minor_units", 5))
                .put(path)
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"1\""));
        assertThat(roundingFor("CHF")).isEqualTo(2);
        assertThat(roundingFor("EUR")).isZero();
        AdminApi.request().get(path).then().statusCode(200).body("step_minor_units", equalTo(5));
        AdminApi.request().body(Map.of("step_minor_units", 10)).put(path).then().statusCode(428);
        AdminApi.request()
                .header("If-Match", "\"1\"")
                .body(Map.of("step_minor_units", 10))
                .put(path)
                .then()
                .statusCode(200)
                .header("ETag", equalTo("\"2\""));
        assertThat(roundingFor("CHF")).isEqualTo(-3);
        AdminApi.request().header("If-Match", "\"1\"").delete(path).then().statusCode(412);
        AdminApi.request().header("If-Match", "\"2\"").delete(path).then().statusCode(204);
        assertThat(roundingFor("CHF")).isZero();
    }

    private long roundingFor(String currency) {
        return QuarkusTransaction.requiringNew()
                .call(() -> pricing.roundingFor(Money.of(1_003, currency), caches.begin()));
    }

    @Test
    void invalidRoundingIsRejected() {
        for (int step : new int[] {-5, 0, 1, 100_001}) {
            AdminApi.request()
                    .body(Map.of("step_minor_units", step))
                    .put(PATH + "CHF")
                    .then()
                    .statusCode(422)
                    .body("errors[0].pointer", equalTo("/step_minor_units"));
        }
        AdminApi.request()
                .body(Map.of("step_minor_units", 5))
                .put(PATH + "XYZ")
                .then()
                .statusCode(422)
                .body("code", equalTo("unknown_currency"));
    }
}
