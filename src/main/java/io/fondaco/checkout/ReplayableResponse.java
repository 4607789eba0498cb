package io.fondaco.checkout;

import io.fondaco.platform.idempotency.IdempotentResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * An answer that is given once and repeated word for word.
 *
 * @param replayed whether it was given before
 */
record ReplayableResponse(IdempotentResponse storedResponse, boolean replayed) {
    private static final int FIRST_ERROR = 400;
    private static final MediaType PROBLEM = new MediaType("application", "problem+json");

    RestResponse<String> toRestResponse() {
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
