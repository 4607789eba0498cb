package io.fondaco.platform.cache;

import io.fondaco.platform.topology.Position;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one transaction changed, as pods tell one another.
 *
 * @param ids of its rows in the log
 * @param tags hashes of what it changed
 * @param at at or past its commit
 */
record Change(List<Long> ids, List<Long> tags, Position at) {
    private static final int FORMAT = 1;

    Change {
        ids = List.copyOf(ids);
        tags = List.copyOf(tags);
    }

    byte[] toBytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 * Integer.BYTES + Long.BYTES + Long.BYTES * (ids.size() + tags.size()));
        bytes.putInt(FORMAT).putInt(at.timeline()).putLong(at.lsn());
        bytes.putInt(ids.size()).putInt(tags.size());
        ids.forEach(bytes::putLong);
        tags.forEach(bytes::putLong);
        return bytes.array();
    }

    /** @throws RuntimeException if a pod of another version speaks otherwise; the log tells this one all the same */
    static Change read(byte[] message) {
        ByteBuffer bytes = ByteBuffer.wrap(message);
        int format = bytes.getInt();
        if (format != FORMAT) {
            throw new IllegalArgumentException("A message of format " + format);
        }
        Position at = new Position(bytes.getInt(), bytes.getLong());
        int ids = bytes.getInt();
        int tags = bytes.getInt();
        return new Change(read(bytes, ids), read(bytes, tags), at);
    }

    private static List<Long> read(ByteBuffer bytes, int count) {
        return Stream.generate(bytes::getLong).limit(count).toList();
    }
}
