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

/** Reads of the current request, on its route, that report between which WAL positions they were read. */
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
     * The result of a read.
     *
     * @param lowerBound the result includes everything that was written up to this position; {@link Position#START} if
     *     unknown
     * @param upperBound the result includes nothing that was written after this position; empty if the node did not
     *     report it in time
     * @param onPrimary whether the result was read from the primary, and so was current at that moment
     */
    public record PositionedResult<T>(T value, Position lowerBound, Optional<Position> upperBound, boolean onPrimary) {}

    public Optional<Position> token() {
        return route.token();
    }

    /** Whether a caller without a token may get older data if no better data is available. */
    public boolean mayBeStale() {
        return route.mayBeStale();
    }

    /** Records that the response comes from the cache and contains nothing later than this. */
    public void recordCachedPosition(Position latest) {
        route.recordCachedPosition(latest);
    }

    /** Returns a position at or past everything that any server has shown until now. */
    public Position latestPosition() {
        return consistencyTokenService.latestPosition();
    }

    /**
     * Reads from a node that has reached the caller's token.
     *
     * @param atLeast a position that the node must have reached too
     * @param read may run any number of statements; no other statements may run between them
     */
    public <T> PositionedResult<T> read(Optional<Position> atLeast, Supplier<T> read) {
        route.requireAtLeast(atLeast);
        try {
            releaseNodeBehind(atLeast);
            route.beginReading();
            T value = read.get();
            Position lowerBound = route.visibleLowerBound().orElse(Position.START);
            Optional<NodeLease> nodeLease = route.nodeLease();
            boolean onPrimary =
                    nodeLease.filter(lease -> lease.reason().onPrimary()).isPresent();
            Duration limit = settings.checkTimeout().multipliedBy(2);
            Optional<Position> upperBound = onPrimary
                    ? topology.primaryVisibleUpperBound()
                    : nodeLease.map(NodeLease::node).flatMap(node -> node.queryVisibleUpperBound(limit));
            return new PositionedResult<>(value, lowerBound, upperBound, onPrimary);
        } finally {
            route.requireAtLeast(Optional.empty());
        }
    }

    /**
     * The result of a read of which only the lower bound is known.
     *
     * @param lowerBound the result includes everything that was written up to this position; {@link Position#START} if
     *     unknown
     */
    public record BoundedResult<T>(T value, Position lowerBound) {}

    /**
     * Reads on the route of the current request, also in a transaction. It costs no statement beside those of the read.
     *
     * @param read may run any number of statements
     */
    public <T> BoundedResult<T> readWithLowerBound(Supplier<T> read) {
        Position ofPrimary = topology.primary().map(Node::visibleLowerBound).orElse(Position.START);
        if (route.route() == Route.PRIMARY) {
            return new BoundedResult<>(read.get(), token().map(ofPrimary::max).orElse(ofPrimary));
        }
        route.beginReading();
        T value = read.get();
        return new BoundedResult<>(value, route.visibleLowerBound().orElse(Position.START));
    }

    private void releaseNodeBehind(Optional<Position> atLeast) {
        Optional<Node> nodeBehind = route.nodeLease()
                .filter(lease -> !lease.reason().onPrimary())
                .map(NodeLease::node)
                .filter(node ->
                        atLeast.filter(required -> !node.hasReplayed(required)).isPresent());
        if (nodeBehind.isPresent()) {
            releaseNode(false);
        }
    }

    /** Releases the connection of the current request, outside of a transaction, before a call to another system. */
    public void releaseConnection() {
        releaseNode(false);
    }

    /**
     * Releases the node of the current request, outside of a transaction; its next read chooses a node again.
     *
     * @param broken whether the request must not choose the same node
     */
    void releaseNode(boolean broken) {
        route.release(broken);
        // Outside of a transaction a session keeps the connection of its last statement, even if the statement failed.
        // Only Hibernate's SPI can release it: its API has no such method.
        entities.unwrap(SessionImplementor.class).getJdbcCoordinator().afterTransaction();
    }
}
