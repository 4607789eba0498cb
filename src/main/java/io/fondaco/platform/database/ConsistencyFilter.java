package io.fondaco.platform.database;

import io.fondaco.platform.topology.DatabaseSettings;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Puts the consistency token on the answer: of everything that has used the primary to write, and of reads for who sent
 * one. Runs after the transaction of the resource has ended. A read without a token costs nothing here.
 */
class ConsistencyFilter {
    private final CurrentRoute route;
    private final Consistency consistency;
    private final DatabaseSettings settings;

    ConsistencyFilter(CurrentRoute route, Consistency consistency, DatabaseSettings settings) {
        this.route = route;
        this.consistency = consistency;
        this.settings = settings;
    }

    @ServerResponseFilter
    void answer(ContainerRequestContext request, ContainerResponseContext response) {
        if (RouteFilter.reads(request.getMethod())) {
            if (route.token().isPresent()) {
                put(consistency.afterReading(route), Consistency.SEEN_COOKIE, request, response);
            }
        } else if (route.usedPrimary()) {
            put(consistency.afterWriting(), Consistency.WRITTEN_COOKIE, request, response);
        }
    }

    private void put(
            Optional<String> token, String cookie, ContainerRequestContext request, ContainerResponseContext response) {
        if (token.isEmpty()) {
            return;
        }
        response.getHeaders().putSingle(Consistency.HEADER, token.get());
        // The token is the caller's alone; a cache that many share has no use for it.
        response.getHeaders().computeIfPresent(HttpHeaders.CACHE_CONTROL, (_, values) -> values.stream()
                .<Object>map(value -> value.toString().replace("public", "private"))
                .toList());
        if (isBrowser(request)) {
            response.getHeaders()
                    .add(
                            HttpHeaders.SET_COOKIE,
                            "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s"
                                    .formatted(
                                            cookie,
                                            token.get(),
                                            settings.consistencyCookieMaxAge().toSeconds(),
                                            isSecure(request) ? "; Secure" : ""));
        }
    }

    private static boolean isSecure(ContainerRequestContext request) {
        String scheme = request.getUriInfo().getRequestUri().getScheme();
        return "https".equals(scheme) || "https".equals(request.getHeaderString("X-Forwarded-Proto"));
    }

    private static boolean isBrowser(ContainerRequestContext request) {
        return request.getHeaderString("Sec-Fetch-Mode") != null
                || request.getHeaderString("Origin") != null
                || request.getCookies().containsKey(Consistency.WRITTEN_COOKIE)
                || request.getCookies().containsKey(Consistency.SEEN_COOKIE);
    }
}
