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

/** Metrics of the cache: {@code fondaco_cache_…}. */
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
        this.logFailures = counter("log.failures", "Failed reads of the invalidation log");
    }

    /** Why a lookup was no hit. */
    enum MissReason {
        /** No entry. */
        NOT_CACHED("unknown"),
        /** An entry exists, but one of its tags was invalidated after it was read. */
        INVALIDATED("changed"),
        /** An entry exists, but is not known to be fresh up to the client's token. */
        BEHIND_TOKEN("token"),
        /** An entry exists, but this pod has not read the invalidation log for longer than the lease. */
        LOG_READER_BEHIND("out_of_touch"),
        /** The entry is fresh, but this request reloads it before it expires. */
        REFRESH("refresh");

        private final String label;

        MissReason(String label) {
            this.label = label;
        }
    }

    /** @param route the resource's path template */
    void hit(String route) {
        hits.computeIfAbsent(route, key -> counter("hits", "Responses from the cache", "route", key))
                .increment();
    }

    void miss(String route, MissReason reason) {
        misses.computeIfAbsent(
                        route + ' ' + reason.label,
                        _ -> counter(
                                "misses",
                                "Lookups that found no response to serve",
                                "route",
                                route,
                                "reason",
                                reason.label))
                .increment();
    }

    /** A request waited for a load that another request had started. */
    void loadShared() {
        counter("loads.shared", "Requests that waited for another request's load of the same response")
                .increment();
    }

    void staleServed() {
        counter("stale", "Cached responses served although no database server answered (stale-if-error)")
                .increment();
    }

    void stored() {
        counter("fills", "Responses stored in the cache").increment();
    }

    /**
     * @param reason {@code stale}: invalidated by a later position; {@code unplaced}: the server did not report its
     *     position; {@code size}
     */
    void notStored(String reason) {
        counter("fills.refused", "Loaded responses that were not stored", "reason", reason)
                .increment();
    }

    /** @param source {@code own}, {@code pod} or {@code log} */
    void invalidated(String source, int tags) {
        counter(
                        "invalidations",
                        "Invalidated tags, by where this pod received the invalidation first",
                        "source",
                        source)
                .increment(tags);
    }

    void logReadFailed() {
        logFailures.increment();
    }

    void resynchronized() {
        counter("restarts", "Times that this pod invalidated its whole cache, including at its start")
                .increment();
    }

    void messageDropped() {
        counter("messages.dropped", "Invalidations that were not sent to other pods, which find them in the log")
                .increment();
    }

    Timer loadTimer() {
        return Timer.builder("fondaco.cache.load")
                .description("Duration of a load")
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
                .description("Tags in the invalidation index")
                .register(registry);
    }

    void registerGauges(InfinispanCaches.StartedCaches startedCaches, InfinispanCaches container) {
        registerGauges("answers", startedCaches.responses());
        registerGauges("absences", startedCaches.negativeEntries());
        Gauge.builder("fondaco.cache.members", container, InfinispanCaches::members)
                .description("Pods in this pod's cluster, including itself")
                .register(registry);
    }

    private void registerGauges(String name, AdvancedCache<String, byte[]> cache) {
        Gauge.builder("fondaco.cache.bytes", cache, it -> it.getStats().getDataMemoryUsed())
                .description("Heap that the entries use")
                .tag(CACHE, name)
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("fondaco.cache.entries", cache, it -> it.getStats().getApproximateEntries())
                .description("Entries")
                .tag(CACHE, name)
                .register(registry);
        FunctionCounter.builder(
                        "fondaco.cache.evictions", cache, it -> it.getStats().getEvictions())
                .description("Entries evicted to make room for others")
                .tag(CACHE, name)
                .register(registry);
    }
}
