package io.fondaco.platform.cache;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.infinispan.AdvancedCache;

/** The cache in numbers: {@code fondaco_cache_…}. */
@Startup
@ApplicationScoped
class CacheMetrics {
    private static final String CACHE = "cache";

    private final MeterRegistry registry;
    private final Counter logFailures;
    private final Map<String, Counter> hits = new ConcurrentHashMap<>();
    private final Map<String, Counter> misses = new ConcurrentHashMap<>();

    CacheMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.logFailures = counter("log.failures", "Looks at the log of changes that failed");
    }

    /** What became of a look into the cache that was no hit. */
    enum MissReason {
        /** Not there. */
        NOT_CACHED("unknown"),
        /** There, but something was told against it. */
        INVALIDATED("changed"),
        /** There, but nobody can say that it holds up to the caller's token. */
        BEHIND_TOKEN("token"),
        /** There, but this pod has not heard of changes for too long. */
        LOG_READER_BEHIND("out_of_touch"),
        /** There and true, and made anew before it expires. */
        REFRESH("refresh");

        private final String label;

        MissReason(String label) {
            this.label = label;
        }
    }

    /** @param route of the resource, as a template */
    void hit(String route) {
        hits.computeIfAbsent(route, key -> counter("hits", "Answers from the cache", "route", key))
                .increment();
    }

    void miss(String route, MissReason reason) {
        misses.computeIfAbsent(
                        route + ' ' + reason.label,
                        _ -> counter("misses", "Answers that were made anew", "route", route, "reason", reason.label))
                .increment();
    }

    /** Waited for a load that another request had begun. */
    void loadShared() {
        counter("loads.shared", "Requests that waited for another's load of the same answer")
                .increment();
    }

    void staleServed() {
        counter("stale", "Answers served older than they may be, for no server of the database answered")
                .increment();
    }

    void stored() {
        counter("fills", "Answers kept").increment();
    }

    /** @param reason stale: something newer was told of; unplaced: the server did not say where it stood; size */
    void notStored(String reason) {
        counter("fills.refused", "Answers not kept", "reason", reason).increment();
    }

    /** @param from own, pod, log */
    void invalidated(String from, int tags) {
        counter("invalidations", "Tags told to have changed, by who told this pod first", "source", from)
                .increment(tags);
    }

    void logReadFailed() {
        logFailures.increment();
    }

    void resynchronized() {
        counter("restarts", "Times that this pod has forgotten all answers, its start included")
                .increment();
    }

    void messageDropped() {
        counter("messages.dropped", "Changes that other pods were not told of, and find in the log")
                .increment();
    }

    Timer loadTimer() {
        return Timer.builder("fondaco.cache.load")
                .description("How long an answer takes to be made")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
    }

    private Counter counter(String name, String description, String... tags) {
        return Counter.builder("fondaco.cache." + name)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    void registerGauges(InvalidationIndex invalidationIndex) {
        Gauge.builder("fondaco.cache.marks", invalidationIndex, InvalidationIndex::size)
                .description("Changed things that are remembered")
                .register(registry);
    }

    void registerGauges(InfinispanCaches.StartedCaches startedCaches, InfinispanCaches container) {
        registerGauges("answers", startedCaches.responses());
        registerGauges("absences", startedCaches.negativeEntries());
        Gauge.builder("fondaco.cache.members", container, InfinispanCaches::members)
                .description("Pods in this pod's cluster, itself included")
                .register(registry);
    }

    private void registerGauges(String name, AdvancedCache<String, byte[]> cache) {
        Gauge.builder("fondaco.cache.bytes", cache, it -> it.getStats().getDataMemoryUsed())
                .description("Bytes kept")
                .tag(CACHE, name)
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("fondaco.cache.entries", cache, it -> it.getStats().getApproximateEntries())
                .description("Answers kept")
                .tag(CACHE, name)
                .register(registry);
        FunctionCounter.builder(
                        "fondaco.cache.evictions", cache, it -> it.getStats().getEvictions())
                .description("Answers that made room for others")
                .tag(CACHE, name)
                .register(registry);
    }
}
