package io.fondaco.platform.cache;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.infinispan.AdvancedCache;
import org.infinispan.Cache;
import org.infinispan.commons.api.BasicCacheContainer;
import org.infinispan.commons.dataconversion.MediaType;
import org.infinispan.configuration.cache.CacheMode;
import org.infinispan.configuration.cache.ConfigurationBuilder;
import org.infinispan.configuration.global.GlobalConfigurationBuilder;
import org.infinispan.configuration.global.ShutdownHookBehavior;
import org.infinispan.configuration.parsing.ConfigurationBuilderHolder;
import org.infinispan.eviction.EvictionStrategy;
import org.infinispan.notifications.Listenable;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachemanagerlistener.annotation.Merged;
import org.infinispan.notifications.cachemanagerlistener.annotation.ViewChanged;
import org.infinispan.notifications.cachemanagerlistener.event.MergeEvent;
import org.infinispan.notifications.cachemanagerlistener.event.ViewChangedEvent;
import org.infinispan.partitionhandling.PartitionHandling;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The Infinispan caches of this pod. They start in the background, and a failure does not stop the application: without
 * them nothing is cached, and pods receive invalidations from the log only.
 *
 * <p>Responses are cached by each pod for itself, on the heap, bounded by bytes: a lookup there takes a third of the
 * time of a lookup off the heap. Only invalidations are replicated: every pod needs each of them immediately, and a pod
 * that joins gets the recent ones.
 */
@ApplicationScoped
class InfinispanCaches {
    private static final Logger LOG = Logger.getLogger(InfinispanCaches.class);
    private static final String RESPONSES = "answers";
    private static final String NEGATIVE_ENTRIES = "absences";
    private static final String INVALIDATIONS = "changes";
    private static final String STACK = "configurationXml";
    private static final long INVALIDATION_LIFESPAN_SECONDS = 30;
    private static final long MAX_INVALIDATIONS = 2_000;

    /** The heap for responses divided by the heap for negative entries. */
    private static final long NEGATIVE_SHARE = 16;

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final CacheSettings settings;
    private final CacheMetrics metrics;
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable BasicCacheContainer manager;
    private volatile @Nullable StartedCaches startedCaches;
    private volatile int members = 1;

    /** The caches, once they have started. */
    record StartedCaches(
            AdvancedCache<String, byte[]> responses,
            AdvancedCache<String, byte[]> negativeEntries,
            Optional<AdvancedCache<String, byte[]>> invalidations) {}

    InfinispanCaches(CacheSettings settings, CacheMetrics metrics) {
        this.settings = settings;
        this.metrics = metrics;
    }

    void onStart(@Observes @Priority(Interceptor.Priority.APPLICATION) StartupEvent event) {
        if (settings.enabled()) {
            ClassLoader classes = Thread.currentThread().getContextClassLoader();
            Thread.ofPlatform().daemon().name("cache-start").start(() -> start(classes));
        }
    }

    private void start(ClassLoader classes) {
        Thread.currentThread().setContextClassLoader(classes);
        try {
            start(classes, settings.cluster().isConfigured());
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.error("The cache cannot start; nothing is cached", e);
        }
        started.countDown();
    }

    /**
     * If the cluster cannot be joined, starts without it: pods without a cluster receive invalidations from the log.
     */
    private void start(ClassLoader classes, boolean clustered) throws ReflectiveOperationException {
        BasicCacheContainer newManager = manager(configuration(classes, clustered));
        // Add the listener before the start, or it misses the first view.
        ((Listenable) newManager).addListener(new ClusterViewListener());
        try {
            newManager.start();
        } catch (RuntimeException e) {
            if (!clustered) {
                throw e;
            }
            LOG.error("The cache cannot join its cluster and starts without it", e);
            start(classes, false);
            return;
        }
        manager = newManager;
        StartedCaches caches = new StartedCaches(
                cache(newManager, RESPONSES),
                cache(newManager, NEGATIVE_ENTRIES),
                clustered ? Optional.of(cache(newManager, INVALIDATIONS)) : Optional.empty());
        metrics.registerGauges(caches, this);
        startedCaches = caches;
    }

    /**
     * Loads the class by name: the compiler would read the annotations of a class that the source names, and the
     * classes of some of its annotations are not published.
     */
    private static BasicCacheContainer manager(ConfigurationBuilderHolder configuration)
            throws ReflectiveOperationException {
        return Class.forName("org.infinispan.manager.DefaultCacheManager")
                .asSubclass(BasicCacheContainer.class)
                .getConstructor(ConfigurationBuilderHolder.class, boolean.class)
                .newInstance(configuration, false);
    }

    /** Number of pods in this pod's view of the cluster, including itself. */
    int members() {
        return members;
    }

    private static AdvancedCache<String, byte[]> cache(BasicCacheContainer manager, String name) {
        Cache<String, byte[]> cache = (Cache<String, byte[]>) manager.<String, byte[]>getCache(name);
        return cache.getAdvancedCache();
    }

    /** Updates the member count when pods join or leave. */
    @Listener
    final class ClusterViewListener {
        @ViewChanged
        public void changed(ViewChangedEvent event) {
            members = event.getNewMembers().size();
            LOG.infof("The cache cluster has %d members", members);
        }

        /** Parts of a split cluster have merged. */
        @Merged
        public void merged(MergeEvent event) {
            changed(event);
        }
    }

    /** Empty until the caches have started. */
    Optional<StartedCaches> get() {
        return Optional.ofNullable(startedCaches);
    }

    @Nullable
    StartedCaches getOrNull() {
        return startedCaches;
    }

    private ConfigurationBuilderHolder configuration(ClassLoader classes, boolean clustered) {
        ConfigurationBuilderHolder holder = new ConfigurationBuilderHolder(classes);
        GlobalConfigurationBuilder global = holder.getGlobalConfigurationBuilder();
        // onStop stops the caches; their own shutdown hook would block the exit if leaving the cluster hangs.
        global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
        global.classLoader(classes);
        global.jmx().disable();
        global.metrics().gauges(false).histograms(false);
        configureLocal(holder.newConfigurationBuilder(RESPONSES), settings.maxBytes());
        configureLocal(holder.newConfigurationBuilder(NEGATIVE_ENTRIES), settings.maxBytes() / NEGATIVE_SHARE);
        if (clustered) {
            global.transport()
                    .defaultTransport()
                    .clusterName(settings.cluster().name())
                    .addProperty(STACK, JGroupsStack.xml(settings.cluster()));
            configureInvalidations(holder.newConfigurationBuilder(INVALIDATIONS));
        }
        return holder;
    }

    private static void configureLocal(ConfigurationBuilder builder, long maxBytes) {
        builder.clustering().cacheMode(CacheMode.LOCAL);
        builder.encoding().mediaType(MediaType.APPLICATION_OCTET_STREAM_TYPE);
        builder.memory().maxSize(Long.toString(maxBytes)).whenFull(EvictionStrategy.REMOVE);
        builder.statistics().enable();
    }

    /**
     * Available in every part of a split cluster: invalidations that do not arrive as messages arrive through the log.
     */
    private static void configureInvalidations(ConfigurationBuilder builder) {
        builder.clustering()
                .cacheMode(CacheMode.REPL_ASYNC)
                .stateTransfer()
                .awaitInitialTransfer(false)
                .partitionHandling()
                .whenSplit(PartitionHandling.ALLOW_READ_WRITES);
        builder.encoding().mediaType(MediaType.APPLICATION_OCTET_STREAM_TYPE);
        builder.expiration().lifespan(INVALIDATION_LIFESPAN_SECONDS, TimeUnit.SECONDS);
        builder.memory().maxCount(MAX_INVALIDATIONS).whenFull(EvictionStrategy.REMOVE);
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER + 500) ShutdownEvent event) {
        if (!settings.enabled()) {
            return;
        }
        startedCaches = null;
        try {
            if (!started.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warnf("The cache did not finish its start within %s and is not stopped", STOP_LIMIT);
            }
            BasicCacheContainer current = manager;
            // Leaving the cluster may wait for members that do not answer; do not wait longer than the limit.
            if (current != null
                    && !Thread.ofPlatform()
                            .daemon()
                            .name("cache-stop")
                            .start(current::stop)
                            .join(STOP_LIMIT)) {
                LOG.warnf("The cache did not leave its cluster within %s", STOP_LIMIT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
