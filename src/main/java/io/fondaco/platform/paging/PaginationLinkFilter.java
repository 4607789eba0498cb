package io.fondaco.platform.paging;

import io.fondaco.platform.identity.Secret;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Binds the cursor of every page to its list, and adds {@code Link: <…>; rel="next"} (RFC 8288). A list is a path with
 * its filters, sort and currency: all parameters but the cursor and the limit. A cursor that is sent with another list
 * is a 400 {@code invalid_cursor}; otherwise the response would be an empty page, or a page from an arbitrary position
 * of the other list.
 */
public class PaginationLinkFilter {
    private static final String CURSOR = "cursor";
    private static final Set<String> PAGING_PARAMETERS = Set.of(CURSOR, "limit");
    private static final int FINGERPRINT_BYTES = 9;

    @ServerRequestFilter
    void requireSameList(UriInfo uri) {
        String cursor = uri.getQueryParameters().getFirst(CURSOR);
        if (cursor != null && !cursor.endsWith(PageCursor.LIST_FINGERPRINT_SEPARATOR + listFingerprint(uri))) {
            throw PageCursor.invalidCursor();
        }
    }

    @ServerResponseFilter
    void addLink(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getEntity() instanceof Page<?> page && page.nextCursor() != null) {
            String cursor = bindCursor(request.getUriInfo(), page.nextCursor());
            response.setEntity(new Page<>(page.data(), cursor));
            String next = request.getUriInfo()
                    .getRequestUriBuilder()
                    .replaceQueryParam(CURSOR, cursor)
                    .build()
                    .toString();
            response.getHeaders().add(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
        }
    }

    /** Returns the cursor bound to the list of this request, for responses that are not a {@link Page}. */
    public static String bindCursor(UriInfo uri, String nextCursor) {
        return nextCursor + PageCursor.LIST_FINGERPRINT_SEPARATOR + listFingerprint(uri);
    }

    /** Not a secret: it guards against mistakes only. Uses the first value of each parameter, as resources do. */
    private static String listFingerprint(UriInfo uri) {
        StringBuilder list = new StringBuilder(uri.getPath());
        for (String name : new TreeSet<>(uri.getQueryParameters().keySet())) {
            if (!PAGING_PARAMETERS.contains(name)) {
                list.append('\n')
                        .append(name)
                        .append('=')
                        .append(uri.getQueryParameters().getFirst(name));
            }
        }
        byte[] hash = Arrays.copyOf(Secret.hash(list.toString()), FINGERPRINT_BYTES);
        return Base64.getUrlEncoder().encodeToString(hash);
    }

    /**
     * Returns the relative reference of the next page for a bound cursor, without scheme and host, because the clients
     * of a cached response may use different ones.
     */
    public static String relativeNextLink(UriInfo uri, String nextCursor) {
        URI next =
                uri.getRequestUriBuilder().replaceQueryParam(CURSOR, nextCursor).build();
        return next.getRawPath() + "?" + next.getRawQuery();
    }
}
