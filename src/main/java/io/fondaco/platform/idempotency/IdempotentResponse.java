package io.fondaco.platform.idempotency;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/**
 * An answer as it was first given, byte for byte.
 *
 * @param status HTTP status
 * @param body JSON; empty when there was none
 * @param etag as in the header
 * @param location as in the header
 */
public record IdempotentResponse(int status, String body, Optional<String> etag, Optional<String> location) {
    public IdempotentResponse(int status, String body) {
        this(status, body, Optional.empty(), Optional.empty());
    }

    /** That the request took effect, and nothing else. */
    IdempotentResponse withoutBody() {
        return new IdempotentResponse(status, "", etag, location);
    }

    /** The answer, marked as one that was given before. */
    public Response toReplayedResponse() {
        Response.ResponseBuilder response = Response.status(status).header("Idempotent-Replayed", "true");
        if (!body.isEmpty()) {
            response.entity(body).type(MediaType.APPLICATION_JSON_TYPE);
        }
        etag.ifPresent(tag -> response.header(HttpHeaders.ETAG, tag));
        location.ifPresent(place -> response.header(HttpHeaders.LOCATION, place));
        return response.build();
    }
}
