package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.CacheHeaders.CacheStatus;
import io.fondaco.platform.cache.CachedResponse.Lifetime;
import io.fondaco.platform.topology.Position;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** The caching headers of responses, and If-None-Match in all its forms. */
class CacheHeadersTest {
    private static final CachedResponse RESPONSE = CachedResponse.of(
            CacheableResponse.page(
                    "", Set.of(new CacheTag("product"), new CacheTag("category")), "/store/v1/products?after=x"),
            "{}".getBytes(StandardCharsets.US_ASCII),
            Position.START,
            Position.START,
            new Lifetime(0, 0),
            512);
    private static final String ETAG = RESPONSE.etag();

    private static final Map<String, String> SHARED = Map.of(
            "fondaco.cache.browser-max-age", "5s",
            "fondaco.cache.shared-max-age", "1m",
            "fondaco.cache.stale-while-revalidate", "30s",
            "fondaco.cache.surrogate-key-header", "Cache-Tag");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"%s\"",
                "W/\"%s\"",
                "\"%s-gzip\"",
                "W/\"%s-gzip\"",
                "\"other\", \"%s\"",
                "W/\"other\" ,  W/\"%s-gzip\",",
                "*",
                " * "
            })
    void ifNoneMatchMatchesEveryFormOfTheEtag(String ifNoneMatch) {
        assertThat(CacheHeaders.matchesIfNoneMatch(RESPONSE, ifNoneMatch.formatted(ETAG)))
                .isTrue();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "\"other\"",
                "W/\"other\", \"another-gzip\"",
                "%s",
                "\"%s",
                "%s\"",
                "\"%s-br\"",
                "w/\"%s\"",
                "W/W/\"%s\"",
                "\"*\"",
                "W/",
                ",,"
            })
    void otherAndMalformedEtagsDoNotMatch(String ifNoneMatch) {
        String sent = ifNoneMatch == null ? null : ifNoneMatch.formatted(ETAG);
        assertThat(CacheHeaders.matchesIfNoneMatch(RESPONSE, sent)).isFalse();
    }

    @Test
    void withoutMaxAgeEveryRequestRevalidates() {
        assertThat(put(Map.of(), ContentEncoding.IDENTITY, CacheStatus.HIT, false))
                .containsOnly(
                        Map.entry("ETag", "\"" + ETAG + "\""),
                        Map.entry("Cache-Control", "public, max-age=0, must-revalidate"),
                        Map.entry("Vary", "Accept-Encoding"),
                        Map.entry("Cache-Status", "fondaco; hit"),
                        Map.entry("Link", "</store/v1/products?after=x>; rel=\"next\""));
    }

    @Test
    void sharedMaxAgeLetsCdnsStoreResponsesWithoutToken() {
        assertThat(put(SHARED, ContentEncoding.GZIP, CacheStatus.MISS, false))
                .containsEntry("ETag", "\"" + ETAG + "-gzip\"")
                .containsEntry("Cache-Control", "public, max-age=5, s-maxage=60, stale-while-revalidate=30")
                .containsEntry("Vary", "Accept-Encoding, Fondaco-Consistency, Cookie")
                .containsEntry("Cache-Status", "fondaco; fwd=miss")
                .containsEntry("Cache-Tag", "category product");
    }

    @ParameterizedTest
    @ValueSource(strings = {"browser-max-age", "shared-max-age"})
    void eitherMaxAgeAloneMakesTheResponseStorable(String age) {
        Map<String, String> headers =
                put(Map.of("fondaco.cache." + age, "1m"), ContentEncoding.GZIP, CacheStatus.HIT, false);
        assertThat(headers.get("Cache-Control"))
                .isEqualTo(
                        age.equals("shared-max-age")
                                ? "public, max-age=0, s-maxage=60"
                                : "public, max-age=60, s-maxage=0");
        assertThat(headers).containsEntry("Vary", "Accept-Encoding, Fondaco-Consistency, Cookie");
    }

    @Test
    void responseWithATokenIsPrivate() {
        assertThat(put(SHARED, ContentEncoding.GZIP, CacheStatus.HIT, true))
                .containsEntry("Cache-Control", "private, max-age=0, must-revalidate")
                .containsEntry("Vary", "Accept-Encoding, Fondaco-Consistency, Cookie");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void staleResponseIsNotStored(boolean personal) {
        assertThat(put(SHARED, ContentEncoding.GZIP, CacheStatus.STALE, personal))
                .containsEntry("Cache-Control", "no-store")
                .containsEntry("Cache-Status", "fondaco; hit; detail=stale");
    }

    @Test
    void noAgeReachesBeyondTheEndOfValidity() {
        assertThat(cacheControl(SHARED, Duration.ofSeconds(80)))
                .matches("public, max-age=5, s-maxage=60, stale-while-revalidate=(19|20)");
        assertThat(cacheControl(SHARED, Duration.ofSeconds(3))).matches("public, max-age=[23], s-maxage=[23]");
        assertThat(cacheControl(SHARED, Duration.ofSeconds(-1))).isEqualTo("public, max-age=0, s-maxage=0");
        assertThat(cacheControl(SHARED, Duration.ofDays(1)))
                .isEqualTo("public, max-age=5, s-maxage=60, stale-while-revalidate=30");
        assertThat(cacheControl(Map.of(), Duration.ofSeconds(3))).isEqualTo("public, max-age=0, must-revalidate");
    }

    private static String cacheControl(Map<String, String> settings, Duration validFor) {
        CachedResponse response = CachedResponse.of(
                CacheableResponse.of("", Set.of())
                        .validUntil(Optional.of(Instant.now().plus(validFor))),
                new byte[0],
                Position.START,
                Position.START,
                new Lifetime(0, 0),
                512);
        Map<String, String> headers = new HashMap<>();
        new CacheHeaders(settings(settings))
                .put(response, ContentEncoding.IDENTITY, CacheStatus.HIT, false, headers::put);
        return headers.getOrDefault("Cache-Control", "");
    }

    @Test
    void lastPageHasNoLink() {
        CachedResponse last = CachedResponse.of(
                CacheableResponse.of("", Set.of()),
                new byte[0],
                Position.START,
                Position.START,
                new Lifetime(0, 0),
                512);
        Map<String, String> headers = new HashMap<>();
        new CacheHeaders(settings(SHARED)).put(last, ContentEncoding.IDENTITY, CacheStatus.HIT, false, headers::put);
        assertThat(headers).doesNotContainKey("Link");
    }

    private static Map<String, String> put(
            Map<String, String> settings, ContentEncoding contentEncoding, CacheStatus cacheStatus, boolean personal) {
        Map<String, String> headers = new HashMap<>();
        new CacheHeaders(settings(settings)).put(RESPONSE, contentEncoding, cacheStatus, personal, headers::put);
        return headers;
    }

    private static CacheSettings settings(Map<String, String> set) {
        return new SmallRyeConfigBuilder()
                .withMapping(CacheSettings.class)
                .withSources(new PropertiesConfigSource(set, "test", 100))
                .withConverter(Duration.class, 200, new DurationConverter())
                .build()
                .getConfigMapping(CacheSettings.class);
    }
}
