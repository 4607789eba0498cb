package io.fondaco.platform.database;

import io.fondaco.platform.topology.Position;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/**
 * Consistency tokens for handlers that answer outside of any resource. All methods but {@link #currentToken} may run on
 * the event loop.
 */
@ApplicationScoped
public class ConsistencyTokens {
    private static final Optional<Optional<Position>> NONE = Optional.of(Optional.empty());

    private final ConsistencyTokenService consistencyTokenService;
    private final ConsistencyTokenCookies cookies;

    ConsistencyTokens(ConsistencyTokenService consistencyTokenService, ConsistencyTokenCookies cookies) {
        this.consistencyTokenService = consistencyTokenService;
        this.cookies = cookies;
    }

    /**
     * Returns the caller's token, which may be absent. The outer value is empty if reading it needs I/O, which only a
     * resource can do.
     */
    public Optional<Optional<Position>> tryReadToken(HttpServerRequest request) {
        if (request.getHeader(ConsistencyTokenService.HEADER) == null
                && request.getHeader(HttpHeaders.COOKIE) == null) {
            return NONE;
        }
        return consistencyTokenService.tryReadToken(
                request.getHeader(ConsistencyTokenService.HEADER),
                name -> Optional.ofNullable(request.getCookie(name)).map(Cookie::getValue));
    }

    /**
     * Returns a token of everything that is committed now, for clients that are notified outside of any request.
     * Queries the primary. Empty if no primary answers or the signing key is not available.
     */
    public Optional<String> currentToken() {
        return consistencyTokenService.tokenAfterWrite();
    }

    /** Adds the token to a response that contains nothing later than {@code shown}. */
    public void addTo(Position presented, Position shown, HttpServerRequest request) {
        Optional<String> token = consistencyTokenService.tokenAfterCacheHit(presented, shown);
        if (token.isEmpty()) {
            return;
        }
        HttpServerResponse response = request.response();
        response.putHeader(ConsistencyTokenService.HEADER, token.get());
        if (ConsistencyTokenCookies.isBrowser(request::getHeader, name -> request.getCookie(name) != null)) {
            boolean secure = ConsistencyTokenCookies.isSecure(request.scheme(), request::getHeader);
            response.headers()
                    .add(
                            HttpHeaders.SET_COOKIE,
                            cookies.setCookieHeader(ConsistencyTokenCookies.SEEN, token.get(), secure));
        }
    }
}
