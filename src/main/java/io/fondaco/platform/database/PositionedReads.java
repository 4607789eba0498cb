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
    private final Consistency consistency;
    private final Topology topology;
    private final DatabaseSettings settings;
    private final EntityManager entities;

    PositionedReads(
            CurrentRoute route,
            Consistency consistency,
            Topology topology,
            DatabaseSettings settings,
            EntityManager entities) {
        this.route = route;
        this.consistency = consistency;
        this.topology = topology;
        this.settings = settings;
        this.entities = entities;
    }

    /**
     * What was read.
     *
     * @param from everything that was written up to there is in it; {@link Position#START} when that is not known
     * @param upTo nothing that was written after it is in it; empty when the server did not say so in time
     * @param onPrimary whether it comes from the primary, and so was the truth at that moment
     */
    public record Positioned<T>(T value, Position from, Optional<Position> upTo, boolean onPrimary) {}

    /** The caller's token. */
    public Optional<Position> token() {
        return route.token();
    }

    /** Whether who has no token may be shown older data when nothing better can be had. */
    public boolean mayBeStale() {
        return route.mayBeStale();
    }

    /** The answer comes from what was read before, and holds nothing later than this. */
    public void show(Position latest) {
        route.show(latest);
    }

    /** At or past all that any server has shown until now. */
    public Position front() {
        return consistency.front();
    }

    /**
     * Reads from a server that has reached the caller's token.
     *
     * @param atLeast and this too
     * @param read may run any number of statements, and no others may run between them
     */
    public <T> Positioned<T> read(Optional<Position> atLeast, Supplier<T> read) {
        route.demand(atLeast);
        try {
            leaveServerShortOf(atLeast);
            route.beginReading();
            T value = read.get();
            Position from = route.visible().orElse(Position.START);
            Optional<Seat> seat = route.seat();
            boolean onPrimary = seat.filter(it -> it.reason().onPrimary()).isPresent();
            Duration limit = settings.checkTimeout().multipliedBy(2);
            Optional<Position> upTo =
                    onPrimary ? topology.primaryShown() : seat.map(Seat::node).flatMap(node -> node.askShown(limit));
            return new Positioned<>(value, from, upTo, onPrimary);
        } finally {
            route.demand(Optional.empty());
        }
    }

    private void leaveServerShortOf(Optional<Position> atLeast) {
        Optional<Node> tooShort = route.seat()
                .filter(seat -> !seat.reason().onPrimary())
                .map(Seat::node)
                .filter(node ->
                        atLeast.filter(required -> !node.reaches(required)).isPresent());
        if (tooShort.isPresent()) {
            route.stand(false);
            // A session outside of a transaction may keep the connection of its last statement.
            entities.unwrap(SessionImplementor.class).getJdbcCoordinator().afterTransaction();
        }
    }
}
