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
public record Answer(Optional<Object> entity, Set<Tag> tags, String nextPage) {
    public Answer {
        tags = Set.copyOf(tags);
    }

    public static Answer of(Object entity, Set<Tag> tags) {
        return new Answer(Optional.of(entity), tags, "");
    }

    /** @param nextPage null on the last page */
    public static Answer page(Object entity, Set<Tag> tags, @Nullable String nextPage) {
        return new Answer(Optional.of(entity), tags, nextPage == null ? "" : nextPage);
    }

    /** There is no such thing; {@code tags} are of what would make one. */
    public static Answer absent(Set<Tag> tags) {
        return new Answer(Optional.empty(), tags, "");
    }

    boolean isAbsent() {
        return entity.isEmpty();
    }

    /** As CDNs take them: names with a space between, in an order that does not depend on chance. */
    String surrogateKeys() {
        return tags.stream().map(Tag::name).sorted().collect(Collectors.joining(" "));
    }
}
