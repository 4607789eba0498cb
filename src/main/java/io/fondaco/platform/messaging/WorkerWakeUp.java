package io.fondaco.platform.messaging;

import io.fondaco.platform.WakeUpSignal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Wakes this pod's workers; any number of rings while one works are one. Who waits for what failed to be due again is not
 * woken by what is new.
 */
@ApplicationScoped
class WorkerWakeUp {
    private final Set<WakeUpSignal> newEventSignals = ConcurrentHashMap.newKeySet();
    private final Set<WakeUpSignal> retrySignals = ConcurrentHashMap.newKeySet();

    WakeUpSignal onNewEvents() {
        return register(newEventSignals);
    }

    WakeUpSignal onRetries() {
        return register(retrySignals);
    }

    private static WakeUpSignal register(Set<WakeUpSignal> ears) {
        WakeUpSignal wakeUpSignal = new WakeUpSignal();
        ears.add(wakeUpSignal);
        return wakeUpSignal;
    }

    /** Something was told. */
    void signalNewEvents() {
        newEventSignals.forEach(WakeUpSignal::signal);
    }

    /** Something that failed is due again. */
    void signalRetries() {
        retrySignals.forEach(WakeUpSignal::signal);
    }
}
