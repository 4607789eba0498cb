package io.fondaco.access;

import io.fondaco.PostgresTestResource;
import java.time.Duration;
import java.util.Optional;

record StubAccessSettings(boolean bootstrapKeyAlwaysAccepted, Duration keyCacheTtl) implements AccessSettings {
    @Override
    public Optional<String> bootstrapKey() {
        return Optional.of(PostgresTestResource.ADMIN_KEY);
    }
}
