package io.fondaco.platform.messaging;

import io.fondaco.platform.Ear;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Wakes this pod's workers; any number of rings while one works are one. Who waits for what failed to be due again is not
 * woken by what is new.
 */
@ApplicationScoped
class Bell {
    private final Set<Ear> forNews = ConcurrentHashMap.newKeySet();
    private final Set<Ear> forRetries = ConcurrentHashMap.newKeySet();

    Ear listenForNews() {
        return listen(forNews);
    }

    Ear listenForRetries() {
        return listen(forRetries);
    }

    private static Ear listen(Set<Ear> ears) {
        Ear ear = new Ear();
        ears.add(ear);
        return ear;
    }

    /** Something was told. */
    void ring() {
        forNews.forEach(Ear::ring);
    }

    /** Something that failed is due again. */
    void ringForRetries() {
        forRetries.forEach(Ear::ring);
    }
}
