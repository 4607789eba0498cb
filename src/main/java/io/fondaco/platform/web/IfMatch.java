package io.fondaco.platform.web;

import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Optimistic locking of the admin API: a client that changes a resource sends the version that it read. */
public final class IfMatch {
    private IfMatch() {}

    /** The ETag of a resource whose version increases with every change. */
    public static EntityTag etag(long version) {
        return new EntityTag(Long.toString(version));
    }

    /** 200 with a resource and its ETag. */
    public static Response ok(Object resource, long version) {
        return Response.ok(resource).tag(etag(version)).build();
    }

    /** 201 with a new resource and its ETag. */
    public static Response created(Object resource, long version) {
        return Response.status(Response.Status.CREATED)
                .entity(resource)
                .tag(etag(version))
                .build();
    }

    /**
     * @param header {@code If-Match} as sent; {@code *} matches any version
     * @param version of the resource, read under a lock
     * @throws ApiException 428 {@code precondition_required} without the header, 412 {@code version_mismatch} if the
     *     resource has another version
     */
    public static void require(@Nullable String header, long version) {
        if (header == null || header.isBlank()) {
            throw new ApiException(
                    428, "precondition_required", "Send If-Match with the ETag of the version that you read.");
        }
        String current = '"' + etag(version).getValue() + '"';
        boolean matches = Arrays.stream(header.split(","))
                .map(String::strip)
                .anyMatch(tag -> tag.equals("*") || tag.equals(current));
        if (!matches) {
            throw new ApiException(
                    412,
                    "version_mismatch",
                    "The resource has changed; its ETag is now " + current + ". Read it again.");
        }
    }
}
