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

/** Reads consistency tokens from requests and creates them for responses. */
@ApplicationScoped
class ConsistencyTokenService {
    static final String HEADER = "Fondaco-Consistency";

    /** A client, or a proxy that joins headers, may send several tokens; further ones are ignored. */
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
     * Returns the latest of the caller's valid tokens; empty if there is none. An invalid token counts as absent.
     *
     * @throws DatabaseUnavailable if there is a token, and neither its signature nor its timeline can be
     *     verified now
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

    /**
     * Non-blocking variant of {@link #readToken(String, Function)} for the event loop. The outer value is empty if I/O
     * would be needed.
     */
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
        boolean onUnknownTimeline =
                latest.filter(token -> token.timeline() > topology.timeline()).isPresent();
        return onUnknownTimeline ? Optional.empty() : Optional.of(latest);
    }

    /** Fails rather than ignoring a token that may be valid. */
    private SecretKeySpec secret() {
        return key.get()
                .orElseThrow(() -> new DatabaseUnavailable(
                        "The consistency token cannot be verified: no server is available to read"
                                + " the signing key from"));
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
     * A token of a later timeline than this pod knows comes from a pod that noticed a failover earlier. This pod
     * therefore checks the servers again, before it answers with data from before the failover.
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
                            ("The consistency token is of timeline %d, and not all servers answer whether"
                                            + " that timeline exists")
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

    /** Returns the token for the response of a write: the position of the primary, taken after the commit. */
    Optional<String> tokenAfterWrite() {
        return sign(topology.primaryPosition().orElseGet(this::unknownPosition));
    }

    /**
     * Returns the token for the response of a read that sent a token: at or past all that the read has seen, and not
     * before the caller's token, unless that token is ahead of the whole database.
     */
    Optional<String> tokenAfterRead(CurrentRoute route) {
        Position token = route.token().orElseThrow();
        Optional<NodeLease> nodeLease = route.nodeLease();
        if (nodeLease.isEmpty() && !route.usedPrimary()) {
            return route.cachedPosition().flatMap(latest -> tokenAfterCacheHit(token, latest));
        }
        boolean onReplica = !route.usedPrimary()
                && nodeLease.stream().noneMatch(lease -> lease.reason().onPrimary());
        Optional<Position> replicaPosition =
                onReplica ? nodeLease.map(NodeLease::node).flatMap(this::queryPosition) : Optional.empty();
        if (replicaPosition.isPresent()) {
            return sign(token.max(replicaPosition.get()));
        }
        // The primary is always at or past its replicas.
        Position primaryPosition = latestPosition();
        if (!primaryPosition.isAtOrAfter(token)) {
            metrics.recordToken(ReadMetrics.TokenOutcome.AHEAD);
        }
        return sign(primaryPosition);
    }

    /** Returns the token for a response that contains nothing later than {@code latest}. */
    Optional<String> tokenAfterCacheHit(Position token, Position latest) {
        return sign(token.max(latest));
    }

    /**
     * Returns a position at or past everything that any read of the primary has seen. If the primary does not answer,
     * this is the end of its timeline, which no server reaches.
     */
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
