package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * The tags that one transaction changed, as pods exchange it.
 *
 * @param rowIds ids of its rows in the invalidation log
 * @param tags hashes of the changed tags
 * @param position at or past its commit
 */
record Invalidation(List<Long> rowIds, List<Long> tags, Position position) {
    private static final int FORMAT = 1;

    Invalidation {
        rowIds = List.copyOf(rowIds);
        tags = List.copyOf(tags);
    }

    byte[] serialize() {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 * Integer.BYTES + Long.BYTES + Long.BYTES * (rowIds.size() + tags.size()));
        bytes.putInt(FORMAT).putInt(position.timeline()).putLong(position.lsn());
        bytes.putInt(rowIds.size()).putInt(tags.size());
        rowIds.forEach(bytes::putLong);
        tags.forEach(bytes::putLong);
        return bytes.array();
    }

    /**
     * @throws RuntimeException if the format is not known, for example of another version; the log has the invalidation
     *     too
     */
    static Invalidation parse(byte[] message) {
        ByteBuffer bytes = ByteBuffer.wrap(message);
        int format = bytes.getInt();
        if (format != FORMAT) {
            throw new IllegalArgumentException("Unknown invalidation format: " + format);
        }
        Position position = new Position(bytes.getInt(), bytes.getLong());
        int ids = bytes.getInt();
        int tags = bytes.getInt();
        return new Invalidation(parse(bytes, ids), parse(bytes, tags), position);
    }

    private static List<Long> parse(ByteBuffer bytes, int count) {
        return Stream.generate(bytes::getLong).limit(count).toList();
    }
}
