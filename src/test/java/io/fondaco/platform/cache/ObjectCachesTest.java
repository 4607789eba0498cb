package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fondaco.ShopDatabase;
import io.fondaco.platform.cache.InvalidationLogReader.ReadProgress;
import io.fondaco.platform.cache.ObjectCache.Loaded;
import io.fondaco.platform.cache.ObjectCaches.CachedReads;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.context.control.ActivateRequestContext;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects come from the cache until one of their tags is invalidated, and a transaction can prove that none was. */
@QuarkusTest
@ActivateRequestContext
class ObjectCachesTest {
    private final ObjectCaches caches;
    private final CacheInvalidation invalidation;
    private final InvalidationLogReader logReader;
    private final InvalidationLog log;
    private final ShopDatabase database;

    private final ObjectCache<String, String> cache = new ObjectCache<>(100);
    private final List<String> loadedKeys = new ArrayList<>();
    private final String key = UUID.randomUUID().toString();

    ObjectCachesTest(
            ObjectCaches caches,
            CacheInvalidation invalidation,
            InvalidationLogReader logReader,
            InvalidationLog log,
            ShopDatabase database) {
        this.caches = caches;
        this.invalidation = invalidation;
        this.logReader = logReader;
        this.log = log;
        this.database = database;
    }

    @BeforeEach
    void awaitLog() {
        await().pollInSameThread()
                .until(() -> logReader.recentProgress(System.nanoTime()).isPresent());
    }

    @Test
    void objectIsLoadedOnceUntilItsTagIsInvalidated() {
        fillCache();
        read(caches.begin());
        assertThat(loadedKeys).isEmpty();
        publish(tag("other"));
        read(caches.begin());
        assertThat(loadedKeys).isEmpty();
        publish(tag(key));
        read(caches.begin());
        assertThat(loadedKeys).containsExactly(key);
    }

    @Test
    void missingObjectsAreLoadedTogetherAndUnknownOnesAgain() {
        fillCache();
        String second = key + "-2";
        CachedReads reads = caches.begin();
        assertThat(reads.getAll(cache, List.of(key, second, "unknown"), this::load))
                .containsOnlyKeys(key, second);
        assertThat(loadedKeys).containsExactly(second, "unknown");
        loadedKeys.clear();
        assertThat(reads.getAll(cache, List.of("unknown"), this::load)).isEmpty();
        assertThat(loadedKeys).containsExactly("unknown");
    }

    @Test
    void objectWithoutTagsIsNotCached() {
        caches.begin().get(cache, key, _ -> new Loaded<>("value", Set.of()));
        read(caches.begin());
        assertThat(loadedKeys).containsExactly(key);
    }

    @Test
    void uncachedReadsAlwaysLoad() {
        fillCache();
        read(caches.uncached());
        assertThat(loadedKeys).containsExactly(key);
    }

    /** As another pod invalidates it, whose message has not arrived. */
    @Test
    void objectThatChangedInTheMeantimeIsNotCurrent() throws SQLException {
        fillCache();
        CachedReads reads = caches.begin();
        read(reads);
        assertThat(loadedKeys).isEmpty();
        assertThat(isCurrent(reads)).isTrue();
        insertIntoLog("other");
        assertThat(isCurrent(reads)).isTrue();
        insertIntoLog(key);
        assertThat(isCurrent(reads)).isFalse();
    }

    @Test
    void objectsThatWereJustLoadedNeedNoProof() throws SQLException {
        CachedReads reads = caches.begin();
        read(reads);
        insertIntoLog(key);
        assertThat(loadedKeys).containsExactly(key);
        assertThat(isCurrent(reads)).isTrue();
    }

    /** After a failover, transaction ids may have been used again by other transactions. */
    @Test
    void nothingIsUnchangedOnAnotherTimeline() {
        ReadProgress progress = logReader.recentProgress(System.nanoTime()).orElseThrow();
        assertThat(isUnchanged(progress.xminHorizon(), progress.timeline())).isTrue();
        assertThat(isUnchanged(progress.xminHorizon(), progress.timeline() + 1)).isFalse();
    }

    private boolean isUnchanged(String horizon, int timeline) {
        return QuarkusTransaction.requiringNew()
                .call(() -> log.isUnchangedSince(horizon, timeline, CacheTag.hashes(Set.of(tag(key)))));
    }

    private void insertIntoLog(String name) throws SQLException {
        database.execute("INSERT INTO cache.invalidation (tags) VALUES ('{%d}')"
                .formatted(tag(name).hash()));
    }

    /** An entry is only used if it was read at or past the position from which the log is known. */
    private void fillCache() {
        await().pollInSameThread().until(() -> {
            read(caches.begin());
            loadedKeys.clear();
            read(caches.begin());
            return loadedKeys.isEmpty();
        });
    }

    private void read(CachedReads reads) {
        assertThat(reads.getAll(cache, List.of(key), this::load)).containsExactly(Map.entry(key, "value of " + key));
    }

    private Map<String, Loaded<String>> load(Collection<String> keys) {
        loadedKeys.addAll(keys);
        return keys.stream()
                .filter(name -> !name.equals("unknown"))
                .collect(Collectors.toMap(name -> name, name -> new Loaded<>("value of " + name, Set.of(tag(name)))));
    }

    private void publish(CacheTag tag) {
        QuarkusTransaction.requiringNew().run(() -> invalidation.publish(Set.of(tag)));
    }

    private static boolean isCurrent(CachedReads reads) {
        return QuarkusTransaction.requiringNew().call(reads::areCurrent);
    }

    private static CacheTag tag(String name) {
        return new CacheTag("test-" + name);
    }
}
