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

/** Tests that buy at a {@link StripeTestSupport}: each with a stand-in of its own, which must have had nothing to complain of. */
abstract class StripeTestBase {
    static final Duration SOON = Duration.ofSeconds(90);

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

    /** Stripe's own name of what an order was paid by. */
    static String intentId(Response placed) {
        return AdminApi.getOrder(placed.path("id")).path("payments[0].provider_reference");
    }
}
