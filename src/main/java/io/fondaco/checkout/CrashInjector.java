package io.fondaco.checkout;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Ends the process, as {@code kill -9} does, when a completion comes to a certain step: so that tests see what a crash leaves
 * behind wherever it strikes. Only where the test provider is on, and so no real money is taken.
 */
@ApplicationScoped
class CrashInjector {
    private static final int SIGKILL_EXIT_CODE = 137;

    private final CheckoutSettings settings;
    private final AtomicInteger hits = new AtomicInteger();

    CrashInjector(
            CheckoutSettings settings,
            @ConfigProperty(name = "fondaco.payment.test.enabled", defaultValue = "false") boolean rehearsal) {
        if (settings.cutOffAt().isPresent() && !rehearsal) {
            throw new IllegalStateException(
                    "fondaco.checkout.cut-off-at is for tests: it needs fondaco.payment.test.enabled");
        }
        this.settings = settings;
    }

    /** Does not return when this is the one. */
    void crashIfConfigured(CrashPoint step) {
        if (settings.cutOffAt().filter(step::equals).isPresent() && hits.incrementAndGet() == settings.cutOffAfter()) {
            Runtime.getRuntime().halt(SIGKILL_EXIT_CODE);
        }
    }
}
