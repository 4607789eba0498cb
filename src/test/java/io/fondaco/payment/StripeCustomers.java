package io.fondaco.payment;

import io.fondaco.ShopDatabase;
import io.fondaco.checkout.Shelf;
import io.fondaco.checkout.Staff;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests that buy at a {@link StripeShop}: each with a stand-in of its own, which must have had nothing to complain of. */
abstract class StripeCustomers {
    static final Duration SOON = Duration.ofSeconds(90);

    @Inject
    Shelf shelf;

    @Inject
    ShopDatabase database;

    @ConfigProperty(name = StripeShop.PORT)
    int port;

    StripeStandIn stripe;

    @BeforeEach
    void open() {
        stripe = StripeStandIn.on(port);
    }

    @AfterEach
    void close() {
        stripe.close();
    }

    /** Stripe's own name of what an order was paid by. */
    static String intent(Response placed) {
        return Staff.order(placed.path("id")).path("payments[0].provider_reference");
    }
}
