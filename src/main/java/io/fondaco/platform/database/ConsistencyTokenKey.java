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

/** The key with which all pods sign consistency tokens. */
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

    /** Runs after the migrations, so that the key is loaded before the first request. */
    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION + 500) StartupEvent event) {
        key.get();
    }

    /** Returns the key; empty until it could be read from a server. */
    Optional<SecretKeySpec> get() {
        return key.get();
    }

    /** As {@link #get}, but never reads from the database. */
    Optional<SecretKeySpec> getIfLoaded() {
        return key.getIfLoaded();
    }
}
