package io.fondaco.platform.paging;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Adds {@code Link: <…>; rel="next"} (RFC 8288) to every page that has a next one. */
public class NextLink {
    @ServerResponseFilter
    void addLink(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getEntity() instanceof Page<?> page && page.nextCursor() != null) {
            String next = request.getUriInfo()
                    .getRequestUriBuilder()
                    .replaceQueryParam("cursor", page.nextCursor())
                    .build()
                    .toString();
            response.getHeaders().add(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
        }
    }

    /** The reference to the next page without host and scheme, for answers that are kept: their callers may differ in those. */
    public static String relative(UriInfo uri, String nextCursor) {
        URI next = uri.getRequestUriBuilder()
                .replaceQueryParam("cursor", nextCursor)
                .build();
        return next.getRawPath() + "?" + next.getRawQuery();
    }
}
