package io.fondaco.platform.database;

import io.fondaco.platform.topology.Position;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/** Consistency tokens for who answers outside of any resource; on the event loop but for {@link #currentToken}. */
@ApplicationScoped
public class ConsistencyTokens {
    private static final Optional<Optional<Position>> NONE = Optional.of(Optional.empty());

    private final ConsistencyTokenService consistencyTokenService;
    private final ConsistencyTokenCookies cookies;

    ConsistencyTokens(ConsistencyTokenService consistencyTokenService, ConsistencyTokenCookies cookies) {
        this.consistencyTokenService = consistencyTokenService;
        this.cookies = cookies;
    }

    /** The caller's token, which may be none; empty when only a resource can tell. */
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
     * A token of everything that is committed by now, for who is told of it outside of any request; asks the primary. Empty
     * when nobody can say.
     */
    public Optional<String> currentToken() {
        return consistencyTokenService.tokenAfterWrite();
    }

    /** Puts the token of an answer on it that holds nothing later than {@code shown}. */
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
