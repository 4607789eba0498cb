package io.fondaco.platform.web;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a {@code PATCH} changes the fields that may have no value: an absent field keeps its value, and {@code clear}
 * removes it.
 */
public final class FieldChanges {
    private final Set<String> cleared;

    /** @param clear the fields whose value is removed; null for none */
    public FieldChanges(@Nullable List<String> clear) {
        this.cleared = clear == null ? Set.of() : Set.copyOf(clear);
    }

    public boolean clears(String field) {
        return cleared.contains(field);
    }

    /**
     * The value after the change.
     *
     * @param requested null if the request does not name the field
     */
    public <T> @Nullable T apply(String field, @Nullable T requested, @Nullable T before) {
        if (clears(field)) {
            return null;
        }
        return requested == null ? before : requested;
    }
}
