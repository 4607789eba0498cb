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
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/**
 * A finished answer, or the knowledge that there is none, as the cache keeps it: one array of bytes, so that its size is
 * known and is bounded, with what must be known to judge it in front.
 *
 * <p>Times are the process's own ({@link System#nanoTime()}): the array never leaves it.
 */
final class CachedResponse {
    /** Not the number of any state of {@link InvalidationIndex}. */
    private static final long NOT_CHECKED = -1;

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
    private static final int TAGS = 80;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final ByteBuffer view;

    CachedResponse(byte[] bytes) {
        this.bytes = bytes;
        this.view = ByteBuffer.wrap(bytes);
    }

    /**
     * When an answer is to be made anew.
     *
     * @param refreshAt from when on somebody makes it anew while others still get it
     * @param expiresAt from when on nobody gets it
     */
    record Lifetime(long refreshAt, long expiresAt) {}

    /**
     * @param from what was written up to there is in it
     * @param upTo what was written after it is not
     * @param compressFrom bodies of fewer bytes are not kept compressed as well
     */
    static CachedResponse of(
            CacheableResponse content, byte[] body, Position from, Position upTo, Lifetime lifetime, int compressFrom) {
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
        all.putInt(from.timeline()).putLong(from.lsn());
        all.putInt(upTo.timeline()).putLong(upTo.lsn());
        all.putInt(content.isNotFound() ? 1 : 0).putInt(tags.size());
        all.putInt(etag.length()).putInt(link.length).putInt(keys.length);
        all.putInt(body.length).putInt(zipped.length);
        all.position(CHECKED_VERSION).putLong(NOT_CHECKED);
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

    Position lowerBound() {
        return position(LOWER_BOUND);
    }

    Position upperBound() {
        return position(UPPER_BOUND);
    }

    private Position position(int at) {
        return new Position(view.getInt(at), view.getLong(at + Integer.BYTES));
    }

    /** Whether it says that there is nothing to answer with. */
    boolean isNotFound() {
        return view.getInt(NOT_FOUND) != 0;
    }

    int tagCount() {
        return view.getInt(TAG_COUNT);
    }

    long tag(int index) {
        return view.getLong(TAGS + Long.BYTES * index);
    }

    List<Long> tags() {
        return IntStream.range(0, tagCount()).mapToObj(this::tag).toList();
    }

    /**
     * Whether it was found to hold while this was the state of the marks: a note to itself, the one thing in the array that
     * changes. Who misses another's note just looks again.
     */
    boolean isKnownFresh(long state) {
        return (long) LONGS.get(bytes, CHECKED_VERSION) == state;
    }

    void markFresh(long state) {
        LONGS.set(bytes, CHECKED_VERSION, state);
    }

    /** Without quotes, the same for every encoding. */
    String etag() {
        return text(etagAt(), view.getInt(ETAG_LENGTH));
    }

    /** Where the next page of a list is; empty where there is none. */
    String nextPage() {
        return text(linkAt(), view.getInt(LINK_LENGTH));
    }

    String surrogateKeys() {
        return text(keysAt(), view.getInt(KEYS_LENGTH));
    }

    /** The body as it can be sent; part of the whole array, not to be changed. */
    ByteBuffer body(ContentEncoding contentEncoding) {
        int plain = keysAt() + view.getInt(KEYS_LENGTH);
        int length = view.getInt(PLAIN_LENGTH);
        return switch (contentEncoding) {
            case IDENTITY -> view.slice(plain, length);
            case GZIP -> view.slice(plain + length, view.getInt(GZIP_LENGTH));
        };
    }

    /** What it is sent in to who would take the wished encoding. */
    ContentEncoding selectEncoding(ContentEncoding wished) {
        return wished == ContentEncoding.GZIP && view.getInt(GZIP_LENGTH) == 0 ? ContentEncoding.IDENTITY : wished;
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
