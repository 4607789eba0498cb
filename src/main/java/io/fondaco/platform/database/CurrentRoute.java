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
 * The route of the current request, and the node that it reads from after its first read. Work outside of a request
 * (jobs, imports, start-up) activates a request context and gets the primary by default: a write on a read-only route
 * would fail, while a read from the primary only costs more.
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

    /** Whether the route has been declared; after that it does not change. */
    boolean isDeclared() {
        return declared;
    }

    boolean mayBeStale() {
        return mayBeStale;
    }

    /** The caller's token: the position that the caller has already seen or written; empty if it sent none. */
    Optional<Position> token() {
        return Optional.ofNullable(token);
    }

    void token(Position presented) {
        token = presented;
    }

    /**
     * The position that the node must have reached: the later of the caller's token and the position of
     * {@link #requireAtLeast}.
     */
    Optional<Position> requiredPosition() {
        Position minimum = minimumPosition;
        if (minimum == null) {
            return token();
        }
        return Optional.of(token == null ? minimum : minimum.max(token));
    }

    /** Sets the position that further reads require in addition to the token; empty removes it. */
    void requireAtLeast(Optional<Position> atLeast) {
        minimumPosition = atLeast.orElse(null);
    }

    /** The position that all statements since {@link #beginReading} have certainly seen; empty if there was none. */
    Optional<Position> visibleLowerBound() {
        return Optional.ofNullable(visibleLowerBound);
    }

    void beginReading() {
        visibleLowerBound = null;
    }

    /** Records that a statement is about to be sent to a node on which at least this position is visible. */
    void recordRead(Position certain) {
        Position before = visibleLowerBound;
        visibleLowerBound = before == null || before.isAtOrAfter(certain) ? certain : before;
    }

    /** For responses that were not read from a node: they contain nothing later than this. */
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

    /** Releases the node. A broken node is not chosen again in this request. */
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

    /** Whether this request found the node broken before. */
    boolean isExcluded(Node node) {
        return excludedNodes.contains(node);
    }

    /**
     * Whether the request used the primary route, to write or to read what was just written. A fallback read does not
     * count.
     */
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
