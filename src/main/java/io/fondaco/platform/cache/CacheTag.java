package io.fondaco.platform.cache;

import io.fondaco.platform.identity.Secret;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;

/**
 * A name for data that responses are built from, such as one product. A cached response has the tags of all its data;
 * an invalidation names the tags that changed. CDNs purge by the same names.
 *
 * @param name without spaces or commas
 */
public record CacheTag(String name) {
    public CacheTag {
        if (name.isEmpty() || name.indexOf(' ') >= 0 || name.indexOf(',') >= 0) {
            throw new IllegalArgumentException(
                    "A cache tag is not empty and has no spaces or commas: '%s'".formatted(name));
        }
    }

    /** The hash that pods exchange: two tags with the same hash cost an additional load, never a stale response. */
    long hash() {
        return ByteBuffer.wrap(Secret.hash(name)).getLong();
    }

    static List<Long> hashes(Collection<CacheTag> tags) {
        return tags.stream().map(CacheTag::hash).distinct().toList();
    }
}
