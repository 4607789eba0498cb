package io.fondaco.platform.cache;

import io.fondaco.platform.identity.Secret;
import io.fondaco.platform.topology.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/**
 * A complete response or a negative entry, as the cache stores it: one byte array, so that its size is known and
 * bounded, with a header that says when it is fresh.
 *
 * <p>Times are {@link System#nanoTime()} of this process, because the array never leaves it; only the end of validity,
 * from which response headers are calculated, is an instant.
 */
final class CachedResponse implements InvalidationIndex.Judged {
    private static final int ETAG_BYTES = 16;
    private static final int REFRESH_AT = 0;
    private static final int EXPIRES_AT = 8;
    private static final int LOWER_BOUND = 16;
    private static final int UPPER_BOUND = 28;
    private static final int NOT_FOUND = 40;
    private static final int TAG_COUNT = 44;
    private static final int ETAG_LENGTH = 48;
    private static final int LINK_LENGTH = 52;
    private static final int KEYS_LENGTH = 56;
    private static final int PLAIN_LENGTH = 60;
    private static final int GZIP_LENGTH = 64;
    private static final int CHECKED_VERSION = 72;
    private static final int VALID_UNTIL = 80;
    private static final int TAGS = 88;
    private static final long NO_END = Long.MAX_VALUE;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final ByteBuffer view;

    CachedResponse(byte[] bytes) {
        this.bytes = bytes;
        this.view = ByteBuffer.wrap(bytes);
    }

    /**
     * When a cached response is loaded again.
     *
     * @param refreshAt from when a few requests reload it while the others still get it
     * @param expiresAt from when it is no longer served
     */
    record Lifetime(long refreshAt, long expiresAt) {}

    /**
     * @param lowerBound the response contains everything written up to this position
     * @param upperBound the response contains nothing written after this position
     * @param compressFrom bodies of fewer bytes are not also kept compressed
     */
    static CachedResponse of(
            CacheableResponse content,
            byte[] body,
            Position lowerBound,
            Position upperBound,
            Lifetime lifetime,
            int compressFrom) {
        List<Long> tags = CacheTag.hashes(content.tags());
        String etag = content.isNotFound() ? "" : HexFormat.of().formatHex(Secret.hash(body), 0, ETAG_BYTES);
        byte[] link = content.nextPage().getBytes(StandardCharsets.US_ASCII);
        byte[] keys = content.surrogateKeys().getBytes(StandardCharsets.US_ASCII);
        byte[] zipped = body.length < compressFrom ? new byte[0] : gzip(body);
        if (zipped.length >= body.length) {
            zipped = new byte[0];
        }
        ByteBuffer all = ByteBuffer.allocate(TAGS
                + Long.BYTES * tags.size()
                + etag.length()
                + link.length
                + keys.length
                + body.length
                + zipped.length);
        all.putLong(lifetime.refreshAt()).putLong(lifetime.expiresAt());
        all.putInt(lowerBound.timeline()).putLong(lowerBound.lsn());
        all.putInt(upperBound.timeline()).putLong(upperBound.lsn());
        all.putInt(content.isNotFound() ? 1 : 0).putInt(tags.size());
        all.putInt(etag.length()).putInt(link.length).putInt(keys.length);
        all.putInt(body.length).putInt(zipped.length);
        all.position(CHECKED_VERSION).putLong(InvalidationIndex.NO_VERSION);
        all.putLong(content.validUntil().map(Instant::toEpochMilli).orElse(NO_END));
        tags.forEach(all::putLong);
        all.put(etag.getBytes(StandardCharsets.US_ASCII));
        all.put(link).put(keys).put(body).put(zipped);
        return new CachedResponse(all.array());
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream(body.length / 2);
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }

    byte[] bytes() {
        return bytes;
    }

    boolean isExpired(long now) {
        return now - view.getLong(EXPIRES_AT) >= 0;
    }

    boolean isDueForRefresh(long now) {
        return now - view.getLong(REFRESH_AT) >= 0;
    }

    /**
     * The first instant at which the content is no longer valid, by the clock of this pod; empty if time does not
     * change it. {@link #isExpired} is true from then on.
     */
    Optional<Instant> validUntil() {
        long millis = view.getLong(VALID_UNTIL);
        return millis == NO_END ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    boolean isValidAt(Instant now) {
        return view.getLong(VALID_UNTIL) > now.toEpochMilli();
    }

    @Override
    public Position lowerBound() {
        return position(LOWER_BOUND);
    }

    Position upperBound() {
        return position(UPPER_BOUND);
    }

    private Position position(int at) {
        return new Position(view.getInt(at), view.getLong(at + Integer.BYTES));
    }

    /** Whether this is a negative entry. */
    boolean isNotFound() {
        return view.getInt(NOT_FOUND) != 0;
    }

    @Override
    public int tagCount() {
        return view.getInt(TAG_COUNT);
    }

    @Override
    public long tag(int index) {
        return view.getLong(TAGS + Long.BYTES * index);
    }

    List<Long> tags() {
        return IntStream.range(0, tagCount()).mapToObj(this::tag).toList();
    }

    /** A note in the array, the only part of it that changes. */
    @Override
    public boolean isKnownFresh(long version) {
        return (long) LONGS.get(bytes, CHECKED_VERSION) == version;
    }

    @Override
    public void markFresh(long version) {
        LONGS.set(bytes, CHECKED_VERSION, version);
    }

    /** Without quotes, the same for every encoding. */
    String etag() {
        return text(etagAt(), view.getInt(ETAG_LENGTH));
    }

    /** Reference to the next page of a list; empty if there is none. */
    String nextPage() {
        return text(linkAt(), view.getInt(LINK_LENGTH));
    }

    String surrogateKeys() {
        return text(keysAt(), view.getInt(KEYS_LENGTH));
    }

    /** The body as it is sent; a view of the array, not to be modified. */
    ByteBuffer body(ContentEncoding contentEncoding) {
        int plain = keysAt() + view.getInt(KEYS_LENGTH);
        int length = view.getInt(PLAIN_LENGTH);
        return switch (contentEncoding) {
            case IDENTITY -> view.slice(plain, length);
            case GZIP -> view.slice(plain + length, view.getInt(GZIP_LENGTH));
        };
    }

    /** The encoding in which it is sent to a client that accepts the given one. */
    ContentEncoding selectEncoding(ContentEncoding accepted) {
        return accepted == ContentEncoding.GZIP && view.getInt(GZIP_LENGTH) == 0 ? ContentEncoding.IDENTITY : accepted;
    }

    private int etagAt() {
        return TAGS + Long.BYTES * tagCount();
    }

    private int linkAt() {
        return etagAt() + view.getInt(ETAG_LENGTH);
    }

    private int keysAt() {
        return linkAt() + view.getInt(LINK_LENGTH);
    }

    private String text(int at, int length) {
        return new String(bytes, at, length, StandardCharsets.US_ASCII);
    }
}
