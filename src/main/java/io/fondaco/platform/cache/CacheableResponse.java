package io.fondaco.platform.cache;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a resource returns to the cache, before it is serialized.
 *
 * @param entity written as JSON; empty for "not found", which is cached as a negative entry
 * @param tags of all data that the response shows, or that would change it
 * @param nextPage reference to the next page of a list, relative to the host; empty if there is none
 * @param validUntil the first instant at which the response would be another one although nothing has changed, such as
 *     the start of a sale: from then on it is neither served nor stored by others. Empty if time changes nothing
 */
public record CacheableResponse(
        Optional<Object> entity, Set<CacheTag> tags, String nextPage, Optional<Instant> validUntil) {
    public CacheableResponse {
        tags = Set.copyOf(tags);
    }

    public static CacheableResponse of(Object entity, Set<CacheTag> tags) {
        return new CacheableResponse(Optional.of(entity), tags, "", Optional.empty());
    }

    /** @param nextPage null on the last page */
    public static CacheableResponse page(Object entity, Set<CacheTag> tags, @Nullable String nextPage) {
        return new CacheableResponse(Optional.of(entity), tags, nextPage == null ? "" : nextPage, Optional.empty());
    }

    /** A "not found"; {@code tags} name the data that would make the resource exist. */
    public static CacheableResponse notFound(Set<CacheTag> tags) {
        return new CacheableResponse(Optional.empty(), tags, "", Optional.empty());
    }

    /** The same response, which ends to be valid then. */
    public CacheableResponse validUntil(Optional<Instant> end) {
        return new CacheableResponse(entity, tags, nextPage, end);
    }

    boolean isNotFound() {
        return entity.isEmpty();
    }

    /** In the form that CDNs expect: names separated by spaces, sorted. */
    String surrogateKeys() {
        return tags.stream().map(CacheTag::name).sorted().collect(Collectors.joining(" "));
    }
}
