package io.fondaco.checkout;

import io.fondaco.platform.idempotency.IdempotentResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * A response that is stored for replay.
 *
 * @param replayed whether this is a replay of an earlier response
 */
public record ReplayableResponse(IdempotentResponse storedResponse, boolean replayed) {
    private static final int FIRST_ERROR = 400;
    private static final MediaType PROBLEM = new MediaType("application", "problem+json");

    public RestResponse<String> toRestResponse() {
        RestResponse.ResponseBuilder<String> response = RestResponse.ResponseBuilder.<String>create(
                        storedResponse.status())
                .entity(storedResponse.body())
                .type(storedResponse.status() < FIRST_ERROR ? MediaType.APPLICATION_JSON_TYPE : PROBLEM)
                .header(HttpHeaders.CACHE_CONTROL, "no-store");
        if (replayed) {
            response.header("Idempotent-Replayed", "true");
        }
        return response.build();
    }
}
