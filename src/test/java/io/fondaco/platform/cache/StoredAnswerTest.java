package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.platform.cache.StoredAnswer.Life;
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
class StoredAnswerTest {
    private static final Life LIFE = new Life(0, 0);
    private static final Tag LAMP = new Tag("lamp");

    @Property
    void allThatIsPutInComesOut(
            @ForAll("bodies") byte[] body,
            @ForAll("tags") Set<Tag> tags,
            @ForAll @IntRange(max = 1_000_000) int page,
            @ForAll("positions") Position from,
            @ForAll("positions") Position upTo,
            @ForAll @IntRange(max = 600) int compressFrom)
            throws IOException {
        String nextPage = page == 0 ? "" : "/store/v1/products?cursor=" + page;
        StoredAnswer written = StoredAnswer.of(Answer.page("", tags, nextPage), body, from, upTo, LIFE, compressFrom);

        StoredAnswer answer = new StoredAnswer(written.bytes());
        assertThat(answer.isAbsent()).isFalse();
        assertThat(answer.from()).isEqualTo(from);
        assertThat(answer.upTo()).isEqualTo(upTo);
        assertThat(answer.tags()).containsExactlyInAnyOrderElementsOf(Tag.hashes(tags));
        assertThat(answer.nextPage()).isEqualTo(nextPage);
        assertThat(answer.surrogateKeys())
                .isEqualTo(tags.stream().map(Tag::name).sorted().collect(Collectors.joining(" ")));
        assertThat(answer.etag()).matches("[0-9a-f]{32}");
        assertThat(bytes(answer.body(Encoding.IDENTITY))).isEqualTo(body);
        byte[] zipped = bytes(answer.body(Encoding.GZIP));
        if (answer.offered(Encoding.GZIP) == Encoding.GZIP) {
            assertThat(body.length).isGreaterThanOrEqualTo(compressFrom).isGreaterThan(zipped.length);
            assertThat(gunzip(zipped)).isEqualTo(body);
        } else {
            assertThat(zipped).isEmpty();
        }
    }

    @Property
    void oneBodyHasOneEtagAndAnotherHasAnother(@ForAll("bodies") byte[] one, @ForAll("bodies") byte[] other) {
        String etag = kept(one, 0).etag();
        assertThat(kept(one.clone(), Integer.MAX_VALUE).etag()).isEqualTo(etag);
        assertThat(kept(other, 0).etag().equals(etag)).isEqualTo(Arrays.equals(one, other));
    }

    @Test
    void onlyWhatIsLargeEnoughIsKeptCompressed() {
        byte[] body = "fondaco ".repeat(64).getBytes(StandardCharsets.US_ASCII);
        assertThat(kept(body, body.length).offered(Encoding.GZIP)).isEqualTo(Encoding.GZIP);
        assertThat(kept(body, body.length).offered(Encoding.IDENTITY)).isEqualTo(Encoding.IDENTITY);
        assertThat(kept(body, body.length + 1).offered(Encoding.GZIP)).isEqualTo(Encoding.IDENTITY);
    }

    @Test
    void whatDoesNotShrinkIsKeptPlainAndNothingElse() {
        byte[] body = "no".getBytes(StandardCharsets.US_ASCII);
        StoredAnswer answer = kept(body, 0);
        assertThat(answer.offered(Encoding.GZIP)).isEqualTo(Encoding.IDENTITY);
        assertThat(answer.bytes()).hasSameSizeAs(kept(body, Integer.MAX_VALUE).bytes());
    }

    @Test
    void thatThereIsNothingIsRememberedWithWhatWouldMakeIt() {
        StoredAnswer answer =
                StoredAnswer.of(Answer.absent(Set.of(LAMP)), new byte[0], position(7), position(9), LIFE, 512);
        assertThat(answer.isAbsent()).isTrue();
        assertThat(answer.tags()).containsExactly(LAMP.hash());
        assertThat(answer.from()).isEqualTo(position(7));
        assertThat(answer.etag()).isEmpty();
        assertThat(answer.body(Encoding.IDENTITY).remaining()).isZero();
    }

    /** {@link System#nanoTime()} may begin anywhere, and pass from the largest to the smallest. */
    @Property
    void itIsDueThenExpiredWhereverTheClockStands(
            @ForAll long refreshAt, @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long grace) {
        long expiresAt = refreshAt + grace;
        StoredAnswer answer = living(new Life(refreshAt, expiresAt));
        assertThat(answer.isDueForRefresh(refreshAt - 1)).isFalse();
        assertThat(answer.isDueForRefresh(refreshAt)).isTrue();
        assertThat(answer.isExpired(expiresAt - 1)).isFalse();
        assertThat(answer.isExpired(expiresAt)).isTrue();
    }

    @Test
    void theClockMayPassItsLargestTimeMeanwhile() {
        StoredAnswer answer = living(new Life(Long.MAX_VALUE - 5, Long.MIN_VALUE + 5));
        assertThat(answer.isDueForRefresh(Long.MAX_VALUE - 6)).isFalse();
        assertThat(answer.isDueForRefresh(Long.MIN_VALUE)).isTrue();
        assertThat(answer.isExpired(Long.MAX_VALUE)).isFalse();
        assertThat(answer.isExpired(Long.MIN_VALUE + 4)).isFalse();
        assertThat(answer.isExpired(Long.MIN_VALUE + 5)).isTrue();
    }

    @Test
    void itRemembersForWhichStateItWasFoundToHoldAndForNoOther() {
        StoredAnswer answer = kept(new byte[] {1, 2, 3}, 512);
        assertThat(answer.wasFoundToHold(0)).isFalse();
        answer.foundToHold(0);
        assertThat(answer.wasFoundToHold(0)).isTrue();
        assertThat(answer.wasFoundToHold(1)).isFalse();
        assertThat(answer.tags()).containsExactly(LAMP.hash());
        assertThat(bytes(answer.body(Encoding.IDENTITY))).containsExactly(1, 2, 3);
    }

    /** Some that shrink and some that do not. */
    @Provide
    Arbitrary<byte[]> bodies() {
        Arbitrary<byte[]> patterns = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        return Combinators.combine(patterns, Arbitraries.integers().between(1, 30))
                .as(StoredAnswerTest::repeat);
    }

    private static byte[] repeat(byte[] pattern, int times) {
        ByteBuffer body = ByteBuffer.allocate(pattern.length * times);
        while (body.remaining() > 0) {
            body.put(pattern);
        }
        return body.array();
    }

    @Provide
    Arbitrary<Set<Tag>> tags() {
        return Arbitraries.integers()
                .map(number -> new Tag("tag" + number))
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

    private static StoredAnswer kept(byte[] body, int compressFrom) {
        return StoredAnswer.of(Answer.of("", Set.of(LAMP)), body, position(1), position(1), LIFE, compressFrom);
    }

    private static StoredAnswer living(Life life) {
        return StoredAnswer.of(Answer.of("", Set.of()), new byte[0], position(1), position(1), life, 512);
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
