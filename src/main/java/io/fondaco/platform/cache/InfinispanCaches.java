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
 * The Infinispan caches of this pod. They start beside everything else and take nothing along when they do not: without
 * them nothing is kept, and pods hear of one another's changes by the log alone.
 *
 * <p>Answers are kept by each pod for itself, bounded by bytes, on the heap: a look there takes a third of the time that
 * one off the heap takes. What is replicated are changes under way: every pod must have every one of them at
 * once, and one that joins gets those of the last moments.
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
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final CacheSettings settings;
    private final CacheMetrics metrics;
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable BasicCacheContainer manager;
    private volatile @Nullable StartedCaches startedCaches;
    private volatile int members = 1;

    /** What there is once it has started. */
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
            LOG.error("The cache does not start: answers are made anew each time", e);
        }
        started.countDown();
    }

    /** Without a cluster, too, where there should be one: pods that keep to themselves hear of changes by the log. */
    private void start(ClassLoader classes, boolean clustered) throws ReflectiveOperationException {
        BasicCacheContainer made = manager(configuration(classes, clustered));
        // Before it starts, or the first view goes by unheard.
        ((Listenable) made).addListener(new ClusterViewListener());
        try {
            made.start();
        } catch (RuntimeException e) {
            if (!clustered) {
                throw e;
            }
            LOG.error("This pod joins no cluster of caches", e);
            start(classes, false);
            return;
        }
        manager = made;
        StartedCaches all = new StartedCaches(
                cache(made, RESPONSES),
                cache(made, NEGATIVE_ENTRIES),
                clustered ? Optional.of(cache(made, INVALIDATIONS)) : Optional.empty());
        metrics.registerGauges(all, this);
        startedCaches = all;
    }

    /**
     * By its name, for the compiler reads the annotations of whatever is named in the source, and this class has some whose
     * own classes are not published.
     */
    private static BasicCacheContainer manager(ConfigurationBuilderHolder configuration)
            throws ReflectiveOperationException {
        return Class.forName("org.infinispan.manager.DefaultCacheManager")
                .asSubclass(BasicCacheContainer.class)
                .getConstructor(ConfigurationBuilderHolder.class, boolean.class)
                .newInstance(configuration, false);
    }

    /** How many pods there are in this pod's cluster, as it sees it; itself included. */
    int members() {
        return members;
    }

    private static AdvancedCache<String, byte[]> cache(BasicCacheContainer manager, String name) {
        Cache<String, byte[]> cache = (Cache<String, byte[]>) manager.<String, byte[]>getCache(name);
        return cache.getAdvancedCache();
    }

    /** Follows who comes and goes. */
    @Listener
    final class ClusterViewListener {
        @ViewChanged
        public void changed(ViewChangedEvent event) {
            members = event.getNewMembers().size();
            LOG.infof("The cache's cluster has %d members", members);
        }

        /** A part of it that was lost is back. */
        @Merged
        public void merged(MergeEvent event) {
            changed(event);
        }
    }

    /** Empty until it has started. */
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
        // It is stopped below; a hook of its own would wait for a leave that hangs, and the process with it.
        global.shutdown().hookBehavior(ShutdownHookBehavior.DONT_REGISTER);
        global.classLoader(classes);
        global.jmx().disable();
        global.metrics().gauges(false).histograms(false);
        configureLocal(holder.newConfigurationBuilder(RESPONSES), settings.maxBytes());
        configureLocal(holder.newConfigurationBuilder(NEGATIVE_ENTRIES), settings.maxAbsentBytes());
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

    /** Available in every part of a cluster that has split: a change that is not heard there is heard by the log. */
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
                LOG.warnf("The cache has not started within %s, and is not stopped either", STOP_LIMIT);
            }
            BasicCacheContainer made = manager;
            // Taking leave of a cluster may wait for members that do not answer; the pod does not.
            if (made != null
                    && !Thread.ofPlatform()
                            .daemon()
                            .name("cache-stop")
                            .start(made::stop)
                            .join(STOP_LIMIT)) {
                LOG.warnf("The cache has not taken leave of its cluster within %s", STOP_LIMIT);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
