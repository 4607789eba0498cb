package io.fondaco.platform.cache;

import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** What a resource does not expressly share belongs to its caller: no cache on the way, nor a browser's, may keep it. */
class DefaultCacheControlFilter {
    private static final String PRIVATE_NO_STORE = "private, no-store";

    @ServerResponseFilter
    void setDefault(ContainerResponseContext response) {
        response.getHeaders().putIfAbsent(HttpHeaders.CACHE_CONTROL, List.of(PRIVATE_NO_STORE));
    }
}
