package io.fondaco.platform.web;

import jakarta.ws.rs.core.EntityTag;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The optimistic lock of the back office: who changes a thing says which version of it they saw. */
public final class IfMatch {
    private IfMatch() {}

    /** The tag of a thing whose version counts up with every change. */
    public static EntityTag etag(long version) {
        return new EntityTag(Long.toString(version));
    }

    /**
     * @param header {@code If-Match} as sent; {@code *} matches whatever there is
     * @param version of the thing as it is, read under a lock
     * @throws ApiException 428 {@code precondition_required} without the header, 412 {@code version_mismatch} when the
     *     thing has changed since
     */
    public static void require(@Nullable String header, long version) {
        if (header == null || header.isBlank()) {
            throw new ApiException(
                    428, "precondition_required", "Send If-Match with the ETag that you last saw of this.");
        }
        String wanted = '"' + etag(version).getValue() + '"';
        boolean matches = Arrays.stream(header.split(","))
                .map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.equals(wanted));
        if (!matches) {
            throw new ApiException(
                    412, "version_mismatch", "It has changed since; its ETag is now " + wanted + ". Read it again.");
        }
    }
}
