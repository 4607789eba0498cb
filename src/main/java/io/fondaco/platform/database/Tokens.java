package io.fondaco.platform.database;

import io.fondaco.platform.topology.Position;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/** Consistency tokens for who answers outside of any resource; on the event loop but for {@link #now}. */
@ApplicationScoped
public class Tokens {
    private static final Optional<Optional<Position>> NONE = Optional.of(Optional.empty());

    private final Consistency consistency;
    private final TokenCookies cookies;

    Tokens(Consistency consistency, TokenCookies cookies) {
        this.consistency = consistency;
        this.cookies = cookies;
    }

    /** The caller's token, which may be none; empty when only a resource can tell. */
    public Optional<Optional<Position>> presented(HttpServerRequest request) {
        if (request.getHeader(Consistency.HEADER) == null && request.getHeader(HttpHeaders.COOKIE) == null) {
            return NONE;
        }
        return consistency.presentedAtOnce(
                request.getHeader(Consistency.HEADER),
                name -> Optional.ofNullable(request.getCookie(name)).map(Cookie::getValue));
    }

    /**
     * A token of everything that is committed by now, for who is told of it outside of any request; asks the primary. Empty
     * when nobody can say.
     */
    public Optional<String> now() {
        return consistency.afterWriting();
    }

    /** Puts the token of an answer on it that holds nothing later than {@code shown}. */
    public void answer(Position presented, Position shown, HttpServerRequest request) {
        Optional<String> token = consistency.afterShowing(presented, shown);
        if (token.isEmpty()) {
            return;
        }
        HttpServerResponse response = request.response();
        response.putHeader(Consistency.HEADER, token.get());
        if (TokenCookies.isBrowser(request::getHeader, name -> request.getCookie(name) != null)) {
            boolean secure = TokenCookies.isSecure(request.scheme(), request::getHeader);
            response.headers().add(HttpHeaders.SET_COOKIE, cookies.set(TokenCookies.SEEN, token.get(), secure));
        }
    }
}
