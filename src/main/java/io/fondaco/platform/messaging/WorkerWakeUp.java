package io.fondaco.platform.messaging;

import io.fondaco.platform.WakeUpSignal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Wakes the consumer loops of this pod. Several signals while a loop works count as one. New events do not wake the
 * loops that wait for retries.
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

    private static WakeUpSignal register(Set<WakeUpSignal> signals) {
        WakeUpSignal wakeUpSignal = new WakeUpSignal();
        signals.add(wakeUpSignal);
        return wakeUpSignal;
    }

    /** Wakes the loops that wait for new events. */
    void signalNewEvents() {
        newEventSignals.forEach(WakeUpSignal::signal);
    }

    /** Wakes the loops that wait for a retry to become due. */
    void signalRetries() {
        retrySignals.forEach(WakeUpSignal::signal);
    }
}
