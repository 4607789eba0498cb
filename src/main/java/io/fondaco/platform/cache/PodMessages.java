package io.fondaco.platform.cache;

import io.fondaco.platform.identity.TypeId;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.infinispan.AdvancedCache;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryCreated;
import org.infinispan.notifications.cachelistener.event.CacheEntryCreatedEvent;
import org.jboss.logging.Logger;

/**
 * Tells the other pods of changes within milliseconds, and never holds up who makes them: what cannot be sent in time, to
 * a pod that hangs for instance, is left to the log.
 */
@ApplicationScoped
class PodMessages {
    private static final Logger LOG = Logger.getLogger(PodMessages.class);
    private static final int MOST_WAITING = 1_000;
    private static final Duration WAKE_UP = Duration.ofMillis(500);

    private final CacheSettings settings;
    private final CacheContainer container;
    private final ChangeTail tail;
    private final CacheMetrics metrics;
    private final BlockingQueue<Change> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private volatile boolean stopped;

    PodMessages(CacheSettings settings, CacheContainer container, ChangeTail tail, CacheMetrics metrics) {
        this.settings = settings;
        this.container = container;
        this.tail = tail;
        this.metrics = metrics;
    }

    void onStart(@Observes StartupEvent event) {
        if (settings.cluster().isConfigured()) {
            Thread.ofPlatform().daemon().name("cache-messages").start(this::work);
        }
    }

    void onStop(@Observes ShutdownEvent event) {
        stopped = true;
    }

    void send(Change change) {
        if (container.get().flatMap(CacheContainer.Caches::changes).isPresent() && !waiting.offer(change)) {
            metrics.messageDropped();
        }
    }

    private void work() {
        Optional<AdvancedCache<String, byte[]>> channel = Optional.empty();
        try {
            while (!stopped) {
                if (channel.isEmpty()) {
                    channel = container.get().flatMap(CacheContainer.Caches::changes);
                    channel.ifPresent(cache -> cache.addListener(new Ear()));
                }
                Change change = waiting.poll(WAKE_UP.toMillis(), TimeUnit.MILLISECONDS);
                if (change != null) {
                    channel.ifPresent(cache -> put(cache, change));
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(AdvancedCache<String, byte[]> channel, Change change) {
        try {
            // Under a key of its own, so that no message takes the place of another.
            channel.put(TypeId.newUuid().toString(), change.toBytes());
        } catch (RuntimeException e) {
            metrics.messageDropped();
            LOG.debug("A change was not sent to other pods", e);
        }
    }

    /** Hears what other pods put in. */
    @Listener
    final class Ear {
        @CacheEntryCreated
        public void created(CacheEntryCreatedEvent<String, byte[]> event) {
            if (event.isPre() || event.isOriginLocal()) {
                return;
            }
            try {
                Change change = Change.read(event.getValue());
                tail.told(change);
                metrics.changed("pod", change.tags().size());
            } catch (RuntimeException e) {
                LOG.debug("A message of another pod is not understood", e);
            }
        }
    }
}
