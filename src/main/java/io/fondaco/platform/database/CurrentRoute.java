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
    private boolean fixed;
    private boolean mayBeStale;
    private @Nullable Position token;
    private @Nullable Position demand;
    private @Nullable Position visible;
    private @Nullable Position shown;
    private @Nullable Seat seat;
    private final Set<Node> left = new HashSet<>();
    private boolean onPrimary;

    Route route() {
        return route;
    }

    void set(Route chosen, boolean staleAllowed) {
        route = chosen;
        mayBeStale = staleAllowed;
        fixed = true;
    }

    /** Whether it has been declared; it stays as it is then. */
    boolean isFixed() {
        return fixed;
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
    Optional<Position> required() {
        Position wanted = demand;
        if (wanted == null) {
            return token();
        }
        return Optional.of(token == null ? wanted : wanted.max(token));
    }

    /** Demands more than the token of what is read from now on, or ceases to. */
    void demand(Optional<Position> atLeast) {
        demand = atLeast.orElse(null);
    }

    /** What all statements since {@link #beginReading} have seen for certain; empty when there was none. */
    Optional<Position> visible() {
        return Optional.ofNullable(visible);
    }

    void beginReading() {
        visible = null;
    }

    /** A statement is about to be sent to a server that shows at least this. */
    void reads(Position certain) {
        Position before = visible;
        visible = before == null || before.reaches(certain) ? certain : before;
    }

    /** For answers that were not read from a server just now: nothing in them is later than this. */
    void show(Position latest) {
        shown = latest;
    }

    Optional<Position> shown() {
        return Optional.ofNullable(shown);
    }

    Optional<Seat> seat() {
        return Optional.ofNullable(seat);
    }

    void sit(Seat chosen) {
        chosen.take();
        seat = chosen;
    }

    /** Gives up the server, for good where it was found broken. */
    void stand(boolean broken) {
        Seat taken = seat;
        seat = null;
        if (taken != null) {
            taken.free();
            if (broken) {
                left.add(taken.node());
            }
        }
    }

    /** Whether this request has found the server broken before. */
    boolean hasLeft(Node node) {
        return left.contains(node);
    }

    /** Whether the primary was used as such, for writing or for reading what was written. */
    boolean usedPrimary() {
        return onPrimary;
    }

    void usePrimary() {
        onPrimary = true;
    }

    @PreDestroy
    void end() {
        stand(false);
    }
}
