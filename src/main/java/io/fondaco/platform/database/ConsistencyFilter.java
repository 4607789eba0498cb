package io.fondaco.platform.database;

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
    private final TokenCookies cookies;

    ConsistencyFilter(CurrentRoute route, Consistency consistency, TokenCookies cookies) {
        this.route = route;
        this.consistency = consistency;
        this.cookies = cookies;
    }

    @ServerResponseFilter
    void answer(ContainerRequestContext request, ContainerResponseContext response) {
        if (RouteFilter.reads(request.getMethod())) {
            if (route.token().isPresent()) {
                put(consistency.afterReading(route), TokenCookies.SEEN, request, response);
            }
        } else if (route.usedPrimary()) {
            put(consistency.afterWriting(), TokenCookies.WRITTEN, request, response);
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
        if (TokenCookies.isBrowser(
                request::getHeaderString, name -> request.getCookies().containsKey(name))) {
            boolean secure =
                    TokenCookies.isSecure(request.getUriInfo().getRequestUri().getScheme(), request::getHeaderString);
            response.getHeaders().add(HttpHeaders.SET_COOKIE, cookies.set(cookie, token.get(), secure));
        }
    }
}
