package io.fondaco.platform.messaging;

import io.fondaco.platform.Ear;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Wakes this pod's workers; any number of rings while one works are one. */
@ApplicationScoped
class Bell {
    private final Set<Ear> ears = ConcurrentHashMap.newKeySet();

    Ear listen() {
        Ear ear = new Ear();
        ears.add(ear);
        return ear;
    }

    void ring() {
        ears.forEach(Ear::ring);
    }
}
