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
 * Binds the cursor of every page to the list that it is of, and adds {@code Link: <…>; rel="next"} (RFC 8288). A list
 * is a path with its filters, sort and currency: all parameters but the cursor and the limit. A cursor that is sent
 * with another list is a 400 {@code invalid_cursor}; else it would answer an empty page, or somewhere in the midst of
 * the other list.
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

    /**
     * The cursor as it is told, for answers that are no {@link Page}: it is good for the list that is being asked for
     * only.
     */
    public static String bindCursor(UriInfo uri, String nextCursor) {
        return nextCursor + PageCursor.LIST_FINGERPRINT_SEPARATOR + listFingerprint(uri);
    }

    /** No secret: it guards against mistakes. Values are the first of their name, as resources read them. */
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
     * The reference to the next page, by a bound cursor, without host and scheme, for answers that are kept: their
     * callers may differ in those.
     */
    public static String relativeNextLink(UriInfo uri, String nextCursor) {
        URI next =
                uri.getRequestUriBuilder().replaceQueryParam(CURSOR, nextCursor).build();
        return next.getRawPath() + "?" + next.getRawQuery();
    }
}
