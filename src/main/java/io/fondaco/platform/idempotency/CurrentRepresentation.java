package io.fondaco.platform.idempotency;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;

/** Answers a repeated request with the current resource, where the first response is not stored. */
public interface CurrentRepresentation {
    /**
     * Called in the transaction of the repeated request, on the primary.
     *
     * @return the body, as the resource method returns it
     * @throws io.fondaco.platform.web.ApiException as the resource method throws it, for example if the resource was
     *     deleted
     */
    Object read(UriInfo uri, HttpHeaders headers);
}
