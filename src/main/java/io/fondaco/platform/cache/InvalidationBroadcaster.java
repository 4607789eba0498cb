package io.fondaco.platform.cache;

import io.fondaco.platform.MicroBatcher;
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
 * Sends invalidations to the other pods within milliseconds, and never blocks the sending request: messages that cannot
 * be sent in time, for example because a pod hangs, are dropped; the log delivers them.
 *
 * <p>Its queue is not a {@link MicroBatcher}: nobody waits for a result, each message is sent alone under a key of its
 * own, and a full queue drops messages instead of delaying the sender.
 */
@ApplicationScoped
class InvalidationBroadcaster {
    private static final Logger LOG = Logger.getLogger(InvalidationBroadcaster.class);
    private static final int MAX_QUEUED = 1_000;
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);

    private final CacheSettings settings;
    private final InfinispanCaches container;
    private final InvalidationLogReader logReader;
    private final CacheMetrics metrics;
    private final BlockingQueue<Invalidation> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private volatile boolean stopped;

    InvalidationBroadcaster(
            CacheSettings settings, InfinispanCaches container, InvalidationLogReader logReader, CacheMetrics metrics) {
        this.settings = settings;
        this.container = container;
        this.logReader = logReader;
        this.metrics = metrics;
    }

    void onStart(@Observes StartupEvent event) {
        if (settings.cluster().isConfigured()) {
            Thread.ofPlatform().daemon().name("cache-messages").start(this::run);
        }
    }

    void onStop(@Observes ShutdownEvent event) {
        stopped = true;
    }

    void broadcast(Invalidation invalidation) {
        if (container
                        .get()
                        .flatMap(InfinispanCaches.StartedCaches::invalidations)
                        .isPresent()
                && !queue.offer(invalidation)) {
            metrics.messageDropped();
        }
    }

    private void run() {
        Optional<AdvancedCache<String, byte[]>> channel = Optional.empty();
        try {
            while (!stopped) {
                if (channel.isEmpty()) {
                    channel = container.get().flatMap(InfinispanCaches.StartedCaches::invalidations);
                    channel.ifPresent(cache -> cache.addListener(new InvalidationListener()));
                }
                Invalidation invalidation = queue.poll(POLL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                if (invalidation != null) {
                    channel.ifPresent(cache -> put(cache, invalidation));
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(AdvancedCache<String, byte[]> channel, Invalidation invalidation) {
        try {
            // Each message has a unique key, so that none replaces another.
            channel.put(TypeId.newUuid().toString(), invalidation.serialize());
        } catch (RuntimeException e) {
            metrics.messageDropped();
            LOG.debug("An invalidation was not sent to other pods", e);
        }
    }

    /** Receives the invalidations of other pods. */
    @Listener
    final class InvalidationListener {
        @CacheEntryCreated
        public void created(CacheEntryCreatedEvent<String, byte[]> event) {
            if (event.isPre() || event.isOriginLocal()) {
                return;
            }
            try {
                Invalidation invalidation = Invalidation.parse(event.getValue());
                logReader.receive(invalidation);
                metrics.invalidated("pod", invalidation.tags().size());
            } catch (RuntimeException e) {
                LOG.debug("An invalidation from another pod cannot be parsed", e);
            }
        }
    }
}
