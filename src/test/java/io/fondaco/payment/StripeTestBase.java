package io.fondaco.payment;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.AdminApi;
import io.fondaco.checkout.ProductFixture;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Base of tests that buy with {@link StripeTestSupport} settings. Each test has its own fake Stripe, which must not
 * have seen a contract violation.
 */
abstract class StripeTestBase {
    static final Duration TIMEOUT = Duration.ofSeconds(90);

    @Inject
    ProductFixture productFixture;

    @Inject
    ShopDatabase database;

    @ConfigProperty(name = StripeTestSupport.PORT_PROPERTY)
    int stripePort;

    FakeStripe stripe;

    @BeforeEach
    void startStripe() {
        stripe = FakeStripe.start(stripePort);
    }

    @AfterEach
    void stopStripe() {
        stripe.close();
    }

    /** The id of the PaymentIntent that paid the order. */
    static String intentId(Response placed) {
        return AdminApi.getOrder(placed.path("id")).path("payments[0].provider_reference");
    }
}
