package io.fondaco.platform.cache;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a resource answers with, and what it is made of.
 *
 * @param entity written as JSON; empty when there is nothing to answer with, which is worth remembering too
 * @param tags of everything that it shows, or that would make it show something else
 * @param nextPage the reference to the next page of a list, relative to the host; empty where there is none
 */
public record CacheableResponse(Optional<Object> entity, Set<CacheTag> tags, String nextPage) {
    public CacheableResponse {
        tags = Set.copyOf(tags);
    }

    public static CacheableResponse of(Object entity, Set<CacheTag> tags) {
        return new CacheableResponse(Optional.of(entity), tags, "");
    }

    /** @param nextPage null on the last page */
    public static CacheableResponse page(Object entity, Set<CacheTag> tags, @Nullable String nextPage) {
        return new CacheableResponse(Optional.of(entity), tags, nextPage == null ? "" : nextPage);
    }

    /** There is no such thing; {@code tags} are of what would make one. */
    public static CacheableResponse notFound(Set<CacheTag> tags) {
        return new CacheableResponse(Optional.empty(), tags, "");
    }

    boolean isNotFound() {
        return entity.isEmpty();
    }

    /** As CDNs take them: names with a space between, in an order that does not depend on chance. */
    String surrogateKeys() {
        return tags.stream().map(CacheTag::name).sorted().collect(Collectors.joining(" "));
    }
}
