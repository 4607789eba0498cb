package io.fondaco.platform.idempotency;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;

/** Answers a request that took effect before with its resource as it is now, where the first answer is not kept. */
public interface CurrentRepresentation {
    /**
     * Called in the transaction of the repeated request, on the primary.
     *
     * @return the body, as the method itself answers it
     * @throws io.fondaco.platform.web.ApiException as the method itself throws it, for example when the resource is
     * gone
     */
    Object read(UriInfo uri, HttpHeaders headers);
}
