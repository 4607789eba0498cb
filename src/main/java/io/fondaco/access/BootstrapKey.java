package io.fondaco.access;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Watches over the bootstrap key, which has every scope, does not expire and cannot be revoked: it must be as hard to guess as
 * other secrets, and {@code fondaco_access_bootstrap_key} shows for how long it is left configured.
 */
@ApplicationScoped
class BootstrapKey {
    static final int MIN_LENGTH = 32;
    private static final Logger LOG = Logger.getLogger(BootstrapKey.class);

    private final Optional<String> key;
    private final boolean embedded;
    private final MeterRegistry registry;

    BootstrapKey(
            AccessSettings settings,
            @ConfigProperty(name = "fondaco.database.embedded", defaultValue = "false") boolean embedded,
            MeterRegistry registry) {
        this.key = settings.bootstrapKey();
        this.embedded = embedded;
        this.registry = registry;
    }

    void onStart(@Observes StartupEvent event) {
        Gauge.builder("fondaco.access.bootstrap.key", key, configured -> configured.isPresent() ? 1 : 0)
                .description("1 while a bootstrap key is configured, which has every scope and does not expire")
                .register(registry);
        check(key, embedded);
        if (key.isPresent() && !embedded) {
            LOG.warn("A bootstrap key is configured: make keys with the scopes that each needs, then remove it");
        }
    }

    /**
     * @param embedded whether the database is the embedded cluster, whose key is known to everybody
     * @throws IllegalStateException if the key can be guessed
     */
    static void check(Optional<String> key, boolean embedded) {
        if (!embedded && key.filter(it -> it.length() < MIN_LENGTH).isPresent()) {
            throw new IllegalStateException(
                    "FONDACO_ACCESS_BOOTSTRAP_KEY has fewer than %d characters".formatted(MIN_LENGTH));
        }
    }
}
