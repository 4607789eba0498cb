package io.fondaco.platform.idempotency;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/**
 * The first response to a request, byte for byte.
 *
 * @param status HTTP status
 * @param body JSON; empty if there was none
 * @param etag as in the header
 * @param location as in the header
 */
public record IdempotentResponse(int status, String body, Optional<String> etag, Optional<String> location) {
    public IdempotentResponse(int status, String body) {
        this(status, body, Optional.empty(), Optional.empty());
    }

    /** A copy without the body, which only records that the request took effect. */
    IdempotentResponse withoutBody() {
        return new IdempotentResponse(status, "", etag, location);
    }

    /** The response, marked as a replay. */
    public Response toReplayedResponse() {
        Response.ResponseBuilder response = Response.status(status).header("Idempotent-Replayed", "true");
        if (!body.isEmpty()) {
            response.entity(body).type(MediaType.APPLICATION_JSON_TYPE);
        }
        etag.ifPresent(tag -> response.header(HttpHeaders.ETAG, tag));
        location.ifPresent(uri -> response.header(HttpHeaders.LOCATION, uri));
        return response.build();
    }
}
