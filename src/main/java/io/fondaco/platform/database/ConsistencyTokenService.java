package io.fondaco.platform.database;

import io.fondaco.platform.topology.DatabaseSettings;
import io.fondaco.platform.topology.Node;
import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Cookie;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Tokens taken from requests and made for answers. */
@ApplicationScoped
class ConsistencyTokenService {
    static final String HEADER = "Fondaco-Consistency";

    /** A client, or a proxy that joins headers, may send several; more are not looked at. */
    private static final int MAX_TOKENS = 8;

    private final Topology topology;
    private final ConsistencyTokenKey key;
    private final DatabaseSettings settings;
    private final ReadMetrics metrics;

    ConsistencyTokenService(
            Topology topology, ConsistencyTokenKey key, DatabaseSettings settings, ReadMetrics metrics) {
        this.topology = topology;
        this.key = key;
        this.settings = settings;
        this.metrics = metrics;
    }

    /**
     * The latest of the caller's genuine tokens; empty when there is none. What is not genuine is as good as absent.
     *
     * @throws DatabaseUnavailable if there is one, and no way to find out just now whether it is genuine or what has come to pass
     */
    Optional<Position> readToken(ContainerRequestContext request) {
        return readToken(
                request.getHeaderString(HEADER),
                name -> Optional.ofNullable(request.getCookies().get(name)).map(Cookie::getValue));
    }

    Optional<Position> readToken(@Nullable String header, Function<String, Optional<String>> cookie) {
        List<String> tokens = tokens(header, cookie);
        return tokens.isEmpty() ? Optional.empty() : latest(tokens, secret()).map(this::checkTimeline);
    }

    /** As {@link #readToken(String, Function)}, for who may not wait; absent when that takes asking somebody. */
    Optional<Optional<Position>> tryReadToken(@Nullable String header, Function<String, Optional<String>> cookie) {
        List<String> tokens = tokens(header, cookie);
        if (tokens.isEmpty()) {
            return Optional.of(Optional.empty());
        }
        Optional<SecretKeySpec> secret = key.getIfLoaded();
        if (secret.isEmpty()) {
            return Optional.empty();
        }
        Optional<Position> latest = latest(tokens, secret.get());
        boolean elsewhere =
                latest.filter(token -> token.timeline() > topology.timeline()).isPresent();
        return elsewhere ? Optional.empty() : Optional.of(latest);
    }

    /** Which token is genuine cannot be told just now, and none may be ignored that is. */
    private SecretKeySpec secret() {
        return key.get()
                .orElseThrow(() ->
                        new DatabaseUnavailable("A token came, and no server is there that has the key to read it by"));
    }

    private Optional<Position> latest(List<String> tokens, SecretKeySpec secret) {
        return tokens.stream()
                .limit(MAX_TOKENS)
                .flatMap(token -> verify(token, secret).stream())
                .max(Comparator.naturalOrder());
    }

    private Optional<Position> verify(String token, SecretKeySpec secret) {
        Optional<Position> position = ConsistencyToken.verify(token, secret);
        metrics.recordToken(position.isPresent() ? ReadMetrics.TokenOutcome.VALID : ReadMetrics.TokenOutcome.INVALID);
        return position;
    }

    /**
     * A token of a later timeline than this pod knows comes from a pod that knew of a failover sooner, so this one looks
     * again before it answers from what may be the world before it.
     */
    private Position checkTimeline(Position token) {
        if (token.timeline() > topology.timeline()) {
            switch (topology.findTimeline(token.timeline())) {
                case FOUND -> {
                    return token;
                }
                case NOT_FOUND -> metrics.recordToken(ReadMetrics.TokenOutcome.NOT_OF_THIS_HISTORY);
                case UNKNOWN ->
                    throw new DatabaseUnavailable(
                            "A token of timeline %d came, and not every server says whether it exists"
                                    .formatted(token.timeline()));
            }
        }
        if (token.timeline() < topology.timeline() && !token.equals(Position.START)) {
            metrics.recordToken(ReadMetrics.TokenOutcome.OLDER_TIMELINE);
        }
        return token;
    }

    private static List<String> tokens(@Nullable String header, Function<String, Optional<String>> cookie) {
        List<String> tokens = new ArrayList<>();
        if (header != null) {
            for (String part : header.split(",", MAX_TOKENS + 1)) {
                tokens.add(part.strip());
            }
        }
        for (String name : ConsistencyTokenCookies.NAMES) {
            cookie.apply(name).ifPresent(tokens::add);
        }
        return tokens;
    }

    /** The token of a write's answer: taken after its commit, on the primary. */
    Optional<String> tokenAfterWrite() {
        return sign(topology.primaryPosition().orElseGet(this::unknownPosition));
    }

    /**
     * The token of a read's answer to a caller who sent one: at or past all that the read has seen, and no earlier than
     * the caller's, unless that was ahead of everything there is.
     */
    Optional<String> tokenAfterRead(CurrentRoute route) {
        Position token = route.token().orElseThrow();
        Optional<NodeLease> seat = route.nodeLease();
        if (seat.isEmpty() && !route.usedPrimary()) {
            return route.cachedPosition().flatMap(latest -> tokenAfterCacheHit(token, latest));
        }
        boolean onReplica = !route.usedPrimary()
                && seat.stream().noneMatch(it -> it.reason().onPrimary());
        Optional<Position> there =
                onReplica ? seat.map(NodeLease::node).flatMap(this::queryPosition) : Optional.empty();
        if (there.isPresent()) {
            return sign(token.max(there.get()));
        }
        // The primary is always at or past its replicas.
        Position front = latestPosition();
        if (!front.isAtOrAfter(token)) {
            metrics.recordToken(ReadMetrics.TokenOutcome.AHEAD);
        }
        return sign(front);
    }

    /** The token of an answer that holds nothing later than this. */
    Optional<String> tokenAfterCacheHit(Position token, Position latest) {
        return sign(token.max(latest));
    }

    /** Past all that the primary has shown; where it does not say so, the end of its timeline, which no server reaches. */
    Position latestPosition() {
        return topology.primaryVisibleUpperBound().orElseGet(this::unknownPosition);
    }

    private Position unknownPosition() {
        metrics.recordToken(ReadMetrics.TokenOutcome.UNPLACED);
        return Position.endOfTimeline(topology.timeline());
    }

    private Optional<Position> queryPosition(Node node) {
        return node.queryPosition(settings.checkTimeout().multipliedBy(2));
    }

    private Optional<String> sign(Position position) {
        return key.get().map(known -> ConsistencyToken.sign(position, known));
    }
}
