package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.CachedResponse.Lifetime;
import io.fondaco.platform.topology.Position;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** A cached response reads back from its byte array what was written. */
class CachedResponseTest {
    private static final Lifetime LIFETIME = new Lifetime(0, 0);
    private static final CacheTag LAMP = new CacheTag("lamp");

    @Property
    void everyFieldIsReadBack(
            @ForAll("bodies") byte[] body,
            @ForAll("tags") Set<CacheTag> tags,
            @ForAll @IntRange(max = 1_000_000) int page,
            @ForAll("positions") Position lowerBound,
            @ForAll("positions") Position upperBound,
            @ForAll @IntRange(max = 600) int compressFrom)
            throws IOException {
        String nextPage = page == 0 ? "" : "/store/v1/products?cursor=" + page;
        CachedResponse written = CachedResponse.of(
                CacheableResponse.page("", tags, nextPage), body, lowerBound, upperBound, LIFETIME, compressFrom);

        CachedResponse cached = new CachedResponse(written.bytes());
        assertThat(cached.isNotFound()).isFalse();
        assertThat(cached.lowerBound()).isEqualTo(lowerBound);
        assertThat(cached.upperBound()).isEqualTo(upperBound);
        assertThat(cached.tags()).containsExactlyInAnyOrderElementsOf(CacheTag.hashes(tags));
        assertThat(cached.nextPage()).isEqualTo(nextPage);
        assertThat(cached.surrogateKeys())
                .isEqualTo(tags.stream().map(CacheTag::name).sorted().collect(Collectors.joining(" ")));
        assertThat(cached.etag()).matches("[0-9a-f]{32}");
        assertThat(bytes(cached.body(ContentEncoding.IDENTITY))).isEqualTo(body);
        byte[] gzipped = bytes(cached.body(ContentEncoding.GZIP));
        if (cached.selectEncoding(ContentEncoding.GZIP) == ContentEncoding.GZIP) {
            assertThat(body.length).isGreaterThanOrEqualTo(compressFrom).isGreaterThan(gzipped.length);
            assertThat(gunzip(gzipped)).isEqualTo(body);
        } else {
            assertThat(gzipped).isEmpty();
        }
    }

    @Property
    void etagIdentifiesTheBody(@ForAll("bodies") byte[] one, @ForAll("bodies") byte[] other) {
        String etag = cachedBody(one, 0).etag();
        assertThat(cachedBody(one.clone(), Integer.MAX_VALUE).etag()).isEqualTo(etag);
        assertThat(cachedBody(other, 0).etag().equals(etag)).isEqualTo(Arrays.equals(one, other));
    }

    @Test
    void onlyLargeBodiesAreCompressed() {
        byte[] body = "fondaco ".repeat(64).getBytes(StandardCharsets.US_ASCII);
        assertThat(cachedBody(body, body.length).selectEncoding(ContentEncoding.GZIP))
                .isEqualTo(ContentEncoding.GZIP);
        assertThat(cachedBody(body, body.length).selectEncoding(ContentEncoding.IDENTITY))
                .isEqualTo(ContentEncoding.IDENTITY);
        assertThat(cachedBody(body, body.length + 1).selectEncoding(ContentEncoding.GZIP))
                .isEqualTo(ContentEncoding.IDENTITY);
    }

    @Test
    void bodyThatDoesNotShrinkIsStoredUncompressedOnly() {
        byte[] body = "no".getBytes(StandardCharsets.US_ASCII);
        CachedResponse cached = cachedBody(body, 0);
        assertThat(cached.selectEncoding(ContentEncoding.GZIP)).isEqualTo(ContentEncoding.IDENTITY);
        assertThat(cached.bytes())
                .hasSameSizeAs(cachedBody(body, Integer.MAX_VALUE).bytes());
    }

    @Test
    void negativeEntryKeepsItsTagsAndPosition() {
        CachedResponse cached = CachedResponse.of(
                CacheableResponse.notFound(Set.of(LAMP)), new byte[0], position(7), position(9), LIFETIME, 512);
        assertThat(cached.isNotFound()).isTrue();
        assertThat(cached.tags()).containsExactly(LAMP.hash());
        assertThat(cached.lowerBound()).isEqualTo(position(7));
        assertThat(cached.etag()).isEmpty();
        assertThat(cached.body(ContentEncoding.IDENTITY).remaining()).isZero();
    }

    /** {@link System#nanoTime()} may start at any value and overflow. */
    @Property
    void refreshAndExpiryWorkForAnyClockValue(
            @ForAll long refreshAt, @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long grace) {
        long expiresAt = refreshAt + grace;
        CachedResponse cached = withLifetime(new Lifetime(refreshAt, expiresAt));
        assertThat(cached.isDueForRefresh(refreshAt - 1)).isFalse();
        assertThat(cached.isDueForRefresh(refreshAt)).isTrue();
        assertThat(cached.isExpired(expiresAt - 1)).isFalse();
        assertThat(cached.isExpired(expiresAt)).isTrue();
    }

    @Test
    void expiryWorksAcrossClockOverflow() {
        CachedResponse cached = withLifetime(new Lifetime(Long.MAX_VALUE - 5, Long.MIN_VALUE + 5));
        assertThat(cached.isDueForRefresh(Long.MAX_VALUE - 6)).isFalse();
        assertThat(cached.isDueForRefresh(Long.MIN_VALUE)).isTrue();
        assertThat(cached.isExpired(Long.MAX_VALUE)).isFalse();
        assertThat(cached.isExpired(Long.MIN_VALUE + 4)).isFalse();
        assertThat(cached.isExpired(Long.MIN_VALUE + 5)).isTrue();
    }

    @Test
    void endOfValidityIsReadBack() {
        assertThat(cachedBody(new byte[0], 512).validUntil()).isEmpty();
        assertThat(cachedBody(new byte[0], 512).isValidAt(Instant.parse("9999-12-31T23:59:59Z")))
                .isTrue();
        Instant end = Instant.parse("2027-06-01T00:00:00.250Z");
        CachedResponse ending = CachedResponse.of(
                CacheableResponse.of("", Set.of(LAMP)).validUntil(Optional.of(end)),
                new byte[0],
                position(1),
                position(1),
                LIFETIME,
                512);
        assertThat(ending.validUntil()).contains(end);
        assertThat(ending.isValidAt(end.minusMillis(1))).isTrue();
        assertThat(ending.isValidAt(end)).isFalse();
        assertThat(ending.tags()).containsExactly(LAMP.hash());
    }

    @Test
    void freshnessMarkIsValidForOneVersionOnly() {
        CachedResponse cached = cachedBody(new byte[] {1, 2, 3}, 512);
        assertThat(cached.isKnownFresh(0)).isFalse();
        cached.markFresh(0);
        assertThat(cached.isKnownFresh(0)).isTrue();
        assertThat(cached.isKnownFresh(1)).isFalse();
        assertThat(cached.tags()).containsExactly(LAMP.hash());
        assertThat(bytes(cached.body(ContentEncoding.IDENTITY))).containsExactly(1, 2, 3);
    }

    /** Bodies that compress and bodies that do not. */
    @Provide
    Arbitrary<byte[]> bodies() {
        Arbitrary<byte[]> patterns = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        return Combinators.combine(patterns, Arbitraries.integers().between(1, 30))
                .as(CachedResponseTest::repeat);
    }

    private static byte[] repeat(byte[] pattern, int times) {
        ByteBuffer body = ByteBuffer.allocate(pattern.length * times);
        while (body.remaining() > 0) {
            body.put(pattern);
        }
        return body.array();
    }

    @Provide
    Arbitrary<Set<CacheTag>> tags() {
        return Arbitraries.integers()
                .map(number -> new CacheTag("tag" + number))
                .set()
                .ofMaxSize(20);
    }

    @Provide
    Arbitrary<Position> positions() {
        return Combinators.combine(
                        Arbitraries.integers().greaterOrEqual(0),
                        Arbitraries.longs().greaterOrEqual(0))
                .as(Position::new);
    }

    private static CachedResponse cachedBody(byte[] body, int compressFrom) {
        return CachedResponse.of(
                CacheableResponse.of("", Set.of(LAMP)), body, position(1), position(1), LIFETIME, compressFrom);
    }

    private static CachedResponse withLifetime(Lifetime lifetime) {
        return CachedResponse.of(
                CacheableResponse.of("", Set.of()), new byte[0], position(1), position(1), lifetime, 512);
    }

    private static Position position(long lsn) {
        return new Position(1, lsn);
    }

    private static byte[] bytes(ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return bytes;
    }

    private static byte[] gunzip(byte[] gzipped) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzipped))) {
            return in.readAllBytes();
        }
    }
}
