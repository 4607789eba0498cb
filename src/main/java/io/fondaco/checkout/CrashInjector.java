package io.fondaco.checkout;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Ends the process, as {@code kill -9} does, when a checkout attempt reaches the configured crash point, so that tests
 * can check recovery from a crash at each step. It requires the test provider, so that no real money is taken.
 */
@ApplicationScoped
class CrashInjector {
    private static final int SIGKILL_EXIT_CODE = 137;

    private final CheckoutSettings settings;
    private final AtomicInteger hits = new AtomicInteger();

    CrashInjector(
            CheckoutSettings settings,
            @ConfigProperty(name = "fondaco.payment.test.enabled", defaultValue = "false")
                    boolean testProviderEnabled) {
        if (settings.cutOffAt().isPresent() && !testProviderEnabled) {
            throw new IllegalStateException(
                    "fondaco.checkout.cut-off-at is for tests only: it requires fondaco.payment.test.enabled");
        }
        this.settings = settings;
    }

    /** Ends the process if this is the configured crash point and the configured number of hits is reached. */
    void crashIfConfigured(CrashPoint step) {
        if (settings.cutOffAt().filter(step::equals).isPresent() && hits.incrementAndGet() == settings.cutOffAfter()) {
            Runtime.getRuntime().halt(SIGKILL_EXIT_CODE);
        }
    }
}
