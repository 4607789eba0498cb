package io.fondaco.platform.database;

import io.fondaco.platform.topology.DatabaseSettings;
import io.fondaco.platform.topology.Node;
import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.hibernate.engine.spi.SessionImplementor;

/** Reads of the request in hand, on its route, that tell which moment of the database they show. */
@ApplicationScoped
public class PositionedReads {
    private final CurrentRoute route;
    private final ConsistencyTokenService consistencyTokenService;
    private final Topology topology;
    private final DatabaseSettings settings;
    private final EntityManager entities;

    PositionedReads(
            CurrentRoute route,
            ConsistencyTokenService consistencyTokenService,
            Topology topology,
            DatabaseSettings settings,
            EntityManager entities) {
        this.route = route;
        this.consistencyTokenService = consistencyTokenService;
        this.topology = topology;
        this.settings = settings;
        this.entities = entities;
    }

    /**
     * What was read.
     *
     * @param lowerBound everything that was written up to there is in it; {@link Position#START} when that is not known
     * @param upperBound nothing that was written after it is in it; empty when the server did not say so in time
     * @param onPrimary whether it comes from the primary, and so was the truth at that moment
     */
    public record PositionedResult<T>(T value, Position lowerBound, Optional<Position> upperBound, boolean onPrimary) {}

    /** The caller's token. */
    public Optional<Position> token() {
        return route.token();
    }

    /** Whether who has no token may be shown older data when nothing better can be had. */
    public boolean mayBeStale() {
        return route.mayBeStale();
    }

    /** The answer comes from what was read before, and holds nothing later than this. */
    public void recordCachedPosition(Position latest) {
        route.recordCachedPosition(latest);
    }

    /** At or past all that any server has shown until now. */
    public Position latestPosition() {
        return consistencyTokenService.latestPosition();
    }

    /**
     * Reads from a server that has reached the caller's token.
     *
     * @param atLeast and this too
     * @param read may run any number of statements, and no others may run between them
     */
    public <T> PositionedResult<T> read(Optional<Position> atLeast, Supplier<T> read) {
        route.requireAtLeast(atLeast);
        try {
            releaseNodeBehind(atLeast);
            route.beginReading();
            T value = read.get();
            Position from = route.visibleLowerBound().orElse(Position.START);
            Optional<NodeLease> seat = route.nodeLease();
            boolean onPrimary = seat.filter(it -> it.reason().onPrimary()).isPresent();
            Duration limit = settings.checkTimeout().multipliedBy(2);
            Optional<Position> upTo = onPrimary
                    ? topology.primaryVisibleUpperBound()
                    : seat.map(NodeLease::node).flatMap(node -> node.queryVisibleUpperBound(limit));
            return new PositionedResult<>(value, from, upTo, onPrimary);
        } finally {
            route.requireAtLeast(Optional.empty());
        }
    }

    private void releaseNodeBehind(Optional<Position> atLeast) {
        Optional<Node> tooShort = route.nodeLease()
                .filter(nodeLease -> !nodeLease.reason().onPrimary())
                .map(NodeLease::node)
                .filter(node ->
                        atLeast.filter(required -> !node.hasReplayed(required)).isPresent());
        if (tooShort.isPresent()) {
            route.release(false);
            // A session outside of a transaction may keep the connection of its last statement.
            entities.unwrap(SessionImplementor.class).getJdbcCoordinator().afterTransaction();
        }
    }
}
