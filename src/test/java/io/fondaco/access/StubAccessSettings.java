package io.fondaco.access;

import io.fondaco.PostgresTestResource;
import java.time.Duration;
import java.util.Optional;

record StubAccessSettings(boolean bootstrapKeyAlwaysAccepted, Duration keyCacheTtl, int keyCacheSize)
        implements AccessSettings {
    @Override
    public Optional<String> bootstrapKey() {
        return Optional.of(PostgresTestResource.ADMIN_KEY);
    }

    @Override
    public Duration lastUsedInterval() {
        return Duration.ofMinutes(1);
    }

    @Override
    public int maxUnknownKeyLookups() {
        return 1;
    }
}
