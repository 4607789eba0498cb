package io.fondaco.platform.database;

import io.fondaco.platform.topology.DatabaseSettings;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/** The key that all pods sign tokens with. */
@ApplicationScoped
class TokenKey {
    private final SharedKey key;

    TokenKey(Topology topology, DatabaseSettings settings) {
        this.key = new SharedKey(
                topology, "fondaco.database.consistency-secret", settings.consistencySecret(), "database.token_key");
    }

    /** Empty while no server has been there to read it from. */
    Optional<SecretKeySpec> get() {
        return key.get();
    }

    /** As {@link #get}, without reading it from anywhere. */
    Optional<SecretKeySpec> known() {
        return key.known();
    }
}
