package io.fondaco.platform.database;

import io.fondaco.platform.topology.DatabaseSettings;
import io.fondaco.platform.topology.Topology;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/** The key that all pods sign tokens with. */
@ApplicationScoped
class ConsistencyTokenKey {
    private final SharedKey key;

    @Inject
    ConsistencyTokenKey(Topology topology, DatabaseSettings settings) {
        this(new SharedKey(
                topology, "fondaco.database.consistency-secret", settings.consistencySecret(), "database.token_key"));
    }

    ConsistencyTokenKey(SharedKey key) {
        this.key = key;
    }

    /** After migrations: who comes first shall find it. */
    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        key.get();
    }

    /** Empty while no server has been there to read it from. */
    Optional<SecretKeySpec> get() {
        return key.get();
    }

    /** As {@link #get}, without reading it from anywhere. */
    Optional<SecretKeySpec> getIfLoaded() {
        return key.getIfLoaded();
    }
}
