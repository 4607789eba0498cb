package io.fondaco.platform.cache;

import io.fondaco.platform.identity.Secret;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;

/**
 * Names something that answers are made of, such as one product: an answer carries the tags of all it is made of, a change
 * tells the tags of all it changes. Also what a CDN is given to purge by.
 *
 * @param name without spaces or commas
 */
public record CacheTag(String name) {
    public CacheTag {
        if (name.isEmpty() || name.indexOf(' ') >= 0 || name.indexOf(',') >= 0) {
            throw new IllegalArgumentException("No tag: '%s'".formatted(name));
        }
    }

    /** What pods tell one another: two tags that happen to share it cost a load more, never a wrong answer. */
    long hash() {
        return ByteBuffer.wrap(Secret.hash(name)).getLong();
    }

    static List<Long> hashes(Collection<CacheTag> tags) {
        return tags.stream().map(CacheTag::hash).distinct().toList();
    }
}
