package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.CachedResponse.Lifetime;
import io.fondaco.platform.topology.Position;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

/** An answer comes out of its array of bytes as it went in. */
class CachedResponseTest {
    private static final Lifetime LIFE = new Lifetime(0, 0);
    private static final CacheTag LAMP = new CacheTag("lamp");

    @Property
    void allThatIsPutInComesOut(
            @ForAll("bodies") byte[] body,
            @ForAll("tags") Set<CacheTag> tags,
            @ForAll @IntRange(max = 1_000_000) int page,
            @ForAll("positions") Position from,
            @ForAll("positions") Position upTo,
            @ForAll @IntRange(max = 600) int compressFrom)
            throws IOException {
        String nextPage = page == 0 ? "" : "/store/v1/products?cursor=" + page;
        CachedResponse written =
                CachedResponse.of(CacheableResponse.page("", tags, nextPage), body, from, upTo, LIFE, compressFrom);

        CachedResponse answer = new CachedResponse(written.bytes());
        assertThat(answer.isNotFound()).isFalse();
        assertThat(answer.lowerBound()).isEqualTo(from);
        assertThat(answer.upperBound()).isEqualTo(upTo);
        assertThat(answer.tags()).containsExactlyInAnyOrderElementsOf(CacheTag.hashes(tags));
        assertThat(answer.nextPage()).isEqualTo(nextPage);
        assertThat(answer.surrogateKeys())
                .isEqualTo(tags.stream().map(CacheTag::name).sorted().collect(Collectors.joining(" ")));
        assertThat(answer.etag()).matches("[0-9a-f]{32}");
        assertThat(bytes(answer.body(ContentEncoding.IDENTITY))).isEqualTo(body);
        byte[] zipped = bytes(answer.body(ContentEncoding.GZIP));
        if (answer.selectEncoding(ContentEncoding.GZIP) == ContentEncoding.GZIP) {
            assertThat(body.length).isGreaterThanOrEqualTo(compressFrom).isGreaterThan(zipped.length);
            assertThat(gunzip(zipped)).isEqualTo(body);
        } else {
            assertThat(zipped).isEmpty();
        }
    }

    @Property
    void oneBodyHasOneEtagAndAnotherHasAnother(@ForAll("bodies") byte[] one, @ForAll("bodies") byte[] other) {
        String etag = cachedBody(one, 0).etag();
        assertThat(cachedBody(one.clone(), Integer.MAX_VALUE).etag()).isEqualTo(etag);
        assertThat(cachedBody(other, 0).etag().equals(etag)).isEqualTo(Arrays.equals(one, other));
    }

    @Test
    void onlyWhatIsLargeEnoughIsKeptCompressed() {
        byte[] body = "fondaco ".repeat(64).getBytes(StandardCharsets.US_ASCII);
        assertThat(cachedBody(body, body.length).selectEncoding(ContentEncoding.GZIP))
                .isEqualTo(ContentEncoding.GZIP);
        assertThat(cachedBody(body, body.length).selectEncoding(ContentEncoding.IDENTITY))
                .isEqualTo(ContentEncoding.IDENTITY);
        assertThat(cachedBody(body, body.length + 1).selectEncoding(ContentEncoding.GZIP))
                .isEqualTo(ContentEncoding.IDENTITY);
    }

    @Test
    void whatDoesNotShrinkIsKeptPlainAndNothingElse() {
        byte[] body = "no".getBytes(StandardCharsets.US_ASCII);
        CachedResponse answer = cachedBody(body, 0);
        assertThat(answer.selectEncoding(ContentEncoding.GZIP)).isEqualTo(ContentEncoding.IDENTITY);
        assertThat(answer.bytes())
                .hasSameSizeAs(cachedBody(body, Integer.MAX_VALUE).bytes());
    }

    @Test
    void thatThereIsNothingIsRememberedWithWhatWouldMakeIt() {
        CachedResponse answer = CachedResponse.of(
                CacheableResponse.notFound(Set.of(LAMP)), new byte[0], position(7), position(9), LIFE, 512);
        assertThat(answer.isNotFound()).isTrue();
        assertThat(answer.tags()).containsExactly(LAMP.hash());
        assertThat(answer.lowerBound()).isEqualTo(position(7));
        assertThat(answer.etag()).isEmpty();
        assertThat(answer.body(ContentEncoding.IDENTITY).remaining()).isZero();
    }

    /** {@link System#nanoTime()} may begin anywhere, and pass from the largest to the smallest. */
    @Property
    void itIsDueThenExpiredWhereverTheClockStands(
            @ForAll long refreshAt, @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long grace) {
        long expiresAt = refreshAt + grace;
        CachedResponse answer = withLifetime(new Lifetime(refreshAt, expiresAt));
        assertThat(answer.isDueForRefresh(refreshAt - 1)).isFalse();
        assertThat(answer.isDueForRefresh(refreshAt)).isTrue();
        assertThat(answer.isExpired(expiresAt - 1)).isFalse();
        assertThat(answer.isExpired(expiresAt)).isTrue();
    }

    @Test
    void theClockMayPassItsLargestTimeMeanwhile() {
        CachedResponse answer = withLifetime(new Lifetime(Long.MAX_VALUE - 5, Long.MIN_VALUE + 5));
        assertThat(answer.isDueForRefresh(Long.MAX_VALUE - 6)).isFalse();
        assertThat(answer.isDueForRefresh(Long.MIN_VALUE)).isTrue();
        assertThat(answer.isExpired(Long.MAX_VALUE)).isFalse();
        assertThat(answer.isExpired(Long.MIN_VALUE + 4)).isFalse();
        assertThat(answer.isExpired(Long.MIN_VALUE + 5)).isTrue();
    }

    @Test
    void itRemembersForWhichStateItWasFoundToHoldAndForNoOther() {
        CachedResponse answer = cachedBody(new byte[] {1, 2, 3}, 512);
        assertThat(answer.isKnownFresh(0)).isFalse();
        answer.markFresh(0);
        assertThat(answer.isKnownFresh(0)).isTrue();
        assertThat(answer.isKnownFresh(1)).isFalse();
        assertThat(answer.tags()).containsExactly(LAMP.hash());
        assertThat(bytes(answer.body(ContentEncoding.IDENTITY))).containsExactly(1, 2, 3);
    }

    /** Some that shrink and some that do not. */
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
                CacheableResponse.of("", Set.of(LAMP)), body, position(1), position(1), LIFE, compressFrom);
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

    private static byte[] gunzip(byte[] zipped) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
            return in.readAllBytes();
        }
    }
}
