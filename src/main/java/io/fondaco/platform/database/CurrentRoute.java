package io.fondaco.platform.database;

import io.fondaco.platform.topology.Node;
import io.fondaco.platform.topology.Position;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.RequestScoped;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The route of the request in hand, and the one server it reads from once it has begun to. Work outside of a request (jobs,
 * imports, start-up) activates a request context and gets the primary: writing where only reading is allowed fails
 * loudly, reading from the primary is merely dearer.
 */
@RequestScoped
class CurrentRoute {
    private Route route = Route.PRIMARY;
    private boolean declared;
    private boolean mayBeStale;
    private @Nullable Position token;
    private @Nullable Position minimumPosition;
    private @Nullable Position visibleLowerBound;
    private @Nullable Position cachedPosition;
    private @Nullable NodeLease nodeLease;
    private final Set<Node> excludedNodes = new HashSet<>();
    private boolean usedPrimary;

    Route route() {
        return route;
    }

    void declare(Route chosen, boolean staleAllowed) {
        route = chosen;
        mayBeStale = staleAllowed;
        declared = true;
    }

    /** Whether it has been declared; it stays as it is then. */
    boolean isDeclared() {
        return declared;
    }

    boolean mayBeStale() {
        return mayBeStale;
    }

    /** What the caller has seen or done already; empty for who does not say. */
    Optional<Position> token() {
        return Optional.ofNullable(token);
    }

    void token(Position presented) {
        token = presented;
    }

    /** What the server that is read from must have reached: the caller's token and what else was demanded. */
    Optional<Position> requiredPosition() {
        Position wanted = minimumPosition;
        if (wanted == null) {
            return token();
        }
        return Optional.of(token == null ? wanted : wanted.max(token));
    }

    /** Demands more than the token of what is read from now on, or ceases to. */
    void requireAtLeast(Optional<Position> atLeast) {
        minimumPosition = atLeast.orElse(null);
    }

    /** What all statements since {@link #beginReading} have seen for certain; empty when there was none. */
    Optional<Position> visibleLowerBound() {
        return Optional.ofNullable(visibleLowerBound);
    }

    void beginReading() {
        visibleLowerBound = null;
    }

    /** A statement is about to be sent to a server that shows at least this. */
    void recordRead(Position certain) {
        Position before = visibleLowerBound;
        visibleLowerBound = before == null || before.isAtOrAfter(certain) ? certain : before;
    }

    /** For answers that were not read from a server just now: nothing in them is later than this. */
    void recordCachedPosition(Position latest) {
        cachedPosition = latest;
    }

    Optional<Position> cachedPosition() {
        return Optional.ofNullable(cachedPosition);
    }

    Optional<NodeLease> nodeLease() {
        return Optional.ofNullable(nodeLease);
    }

    void acquire(NodeLease chosen) {
        chosen.acquire();
        nodeLease = chosen;
    }

    /** Gives up the server, for good where it was found broken. */
    void release(boolean broken) {
        NodeLease taken = nodeLease;
        nodeLease = null;
        if (taken != null) {
            taken.release();
            if (broken) {
                excludedNodes.add(taken.node());
            }
        }
    }

    /** Whether this request has found the server broken before. */
    boolean isExcluded(Node node) {
        return excludedNodes.contains(node);
    }

    /** Whether the primary was used as such, for writing or for reading what was written. */
    boolean usedPrimary() {
        return usedPrimary;
    }

    void usePrimary() {
        usedPrimary = true;
    }

    @PreDestroy
    void end() {
        release(false);
    }
}
