package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one transaction changed, as pods tell one another.
 *
 * @param rowIds of its rows in the log
 * @param tags hashes of what it changed
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

    /** @throws RuntimeException if a pod of another version speaks otherwise; the log tells this one all the same */
    static Invalidation parse(byte[] message) {
        ByteBuffer bytes = ByteBuffer.wrap(message);
        int format = bytes.getInt();
        if (format != FORMAT) {
            throw new IllegalArgumentException("A message of format " + format);
        }
        Position at = new Position(bytes.getInt(), bytes.getLong());
        int ids = bytes.getInt();
        int tags = bytes.getInt();
        return new Invalidation(parse(bytes, ids), parse(bytes, tags), at);
    }

    private static List<Long> parse(ByteBuffer bytes, int count) {
        return Stream.generate(bytes::getLong).limit(count).toList();
    }
}
