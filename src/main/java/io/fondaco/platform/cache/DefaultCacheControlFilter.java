package io.fondaco.platform.cache;

import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Responses are private by default: if a resource does not set {@code Cache-Control}, neither shared caches nor
 * browsers may store them.
 */
class DefaultCacheControlFilter {
    private static final String PRIVATE_NO_STORE = "private, no-store";

    @ServerResponseFilter
    void setDefault(ContainerResponseContext response) {
        response.getHeaders().putIfAbsent(HttpHeaders.CACHE_CONTROL, List.of(PRIVATE_NO_STORE));
    }
}
