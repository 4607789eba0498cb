package io.fondaco.platform.database;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Adds the consistency token to responses: of requests that wrote on the primary, and of reads that sent a token. Runs
 * after the transaction of the resource has ended. A read without a token costs nothing here.
 */
class ConsistencyTokenFilter {
    private final CurrentRoute route;
    private final ConsistencyTokenService consistencyTokenService;
    private final ConsistencyTokenCookies cookies;

    ConsistencyTokenFilter(
            CurrentRoute route, ConsistencyTokenService consistencyTokenService, ConsistencyTokenCookies cookies) {
        this.route = route;
        this.consistencyTokenService = consistencyTokenService;
        this.cookies = cookies;
    }

    @ServerResponseFilter
    void addToken(ContainerRequestContext request, ContainerResponseContext response) {
        if (RouteFilter.isReadMethod(request.getMethod())) {
            if (route.token().isPresent()) {
                putToken(
                        consistencyTokenService.tokenAfterRead(route), ConsistencyTokenCookies.SEEN, request, response);
            }
        } else if (route.usedPrimary()) {
            putToken(consistencyTokenService.tokenAfterWrite(), ConsistencyTokenCookies.WRITTEN, request, response);
        }
    }

    private void putToken(
            Optional<String> token, String cookie, ContainerRequestContext request, ContainerResponseContext response) {
        if (token.isEmpty()) {
            return;
        }
        response.getHeaders().putSingle(ConsistencyTokenService.HEADER, token.get());
        // The token belongs to one client, so shared caches must not store the response.
        response.getHeaders().computeIfPresent(HttpHeaders.CACHE_CONTROL, (_, values) -> values.stream()
                .<Object>map(value -> value.toString().replace("public", "private"))
                .toList());
        if (ConsistencyTokenCookies.isBrowser(
                request::getHeaderString, name -> request.getCookies().containsKey(name))) {
            boolean secure = ConsistencyTokenCookies.isSecure(
                    request.getUriInfo().getRequestUri().getScheme(), request::getHeaderString);
            response.getHeaders().add(HttpHeaders.SET_COOKIE, cookies.setCookieHeader(cookie, token.get(), secure));
        }
    }
}
