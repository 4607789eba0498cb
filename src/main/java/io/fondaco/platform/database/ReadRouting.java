package io.fondaco.platform.database;

import io.fondaco.platform.database.NodeLease.RoutingReason;
import io.fondaco.platform.topology.DatabaseSettings;
import io.fondaco.platform.topology.FailoverExceptionSorter;
import io.fondaco.platform.topology.Node;
import io.fondaco.platform.topology.Position;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Chooses the node that a request reads from. A read without a token goes to the replica with the fewest outstanding
 * reads. A read with a token goes to such a replica among those that are known to have reached the token; if there is
 * none, the most advanced replica is queried again for some milliseconds; then the read falls back to the primary,
 * which accepts a limited number of such reads at a time. A read with a token is never answered with older data: if the
 * primary has no free permit either, it is rejected.
 */
@ApplicationScoped
class ReadRouting {
    private static final long MIN_PAUSE_NANOS = 200_000;
    private static final long MAX_PAUSE_NANOS = 5_000_000;
    private static final int MAX_NODES_TRIED = 4;

    /**
     * How long a read waits for a free permit of the primary, as for a connection of any pool: the reads of those who
     * buy, and without configured replicas all reads. Permits are held for milliseconds, so this ends without one only
     * if the primary is busy.
     */
    private static final Duration MAX_QUEUE_WAIT = Duration.ofSeconds(2);

    /** How long a fallback read waits that may be answered with older data instead. */
    private static final Duration MAX_FALLBACK_WAIT = Duration.ofMillis(100);

    /** Maximum lag of catalogue data for callers without a token while neither the rotation nor the primary serves. */
    private static final Duration MAX_STALENESS = Duration.ofMinutes(5);

    private final Topology topology;
    private final DatabaseSettings settings;
    private final ReadMetrics metrics;
    private final Semaphore primaryPermits;

    ReadRouting(Topology topology, DatabaseSettings settings, ReadMetrics metrics) {
        this.topology = topology;
        this.settings = settings;
        this.metrics = metrics;
        this.primaryPermits = new Semaphore(settings.readsOnPrimary(), true);
    }

    /**
     * Returns a connection to the node of this request, which is chosen now if it has none.
     *
     * @throws SQLException of class 08 if no node can be read, 53300 if the primary has no free permit
     */
    Connection connection(CurrentRoute current) throws SQLException {
        SQLException last = null;
        for (int tried = 0; tried < MAX_NODES_TRIED; tried++) {
            if (current.nodeLease().isEmpty()) {
                NodeLease chosen = chooseNode(current);
                current.acquire(chosen);
                metrics.recordRoute(chosen);
            }
            NodeLease nodeLease = current.nodeLease().orElseThrow();
            try {
                Connection connection = nodeLease.node().connection();
                if (satisfies(current, nodeLease)) {
                    current.recordRead(nodeLease.node().visibleLowerBound());
                    return connection;
                }
                // The connection is new: the server behind it may have crashed and replayed less than before.
                connection.close();
                current.release(true);
            } catch (SQLException e) {
                if (!FailoverExceptionSorter.isConnectionLost(e)) {
                    throw e;
                }
                nodeLease.node().reportConnectionLost();
                current.release(true);
                last = e;
            }
        }
        throw new SQLTransientConnectionException("None of the servers that were tried can be read", "08001", last);
    }

    private boolean satisfies(CurrentRoute current, NodeLease nodeLease) {
        if (nodeLease.reason().onPrimary() || current.requiredPosition().isEmpty()) {
            return true;
        }
        Position required = current.requiredPosition().get();
        return nodeLease.node().hasReplayed(required) || waitForReplay(nodeLease.node(), required);
    }

    private NodeLease chooseNode(CurrentRoute current) throws SQLException {
        topology.awaitCurrentStatus();
        List<Node> rotation = new ArrayList<>(topology.rotation());
        rotation.removeIf(current::isExcluded);
        Optional<Position> required = current.requiredPosition();
        Optional<NodeLease> onReplica =
                required.isPresent() ? chooseReplicaAt(rotation, required.get()) : chooseAnyReplica(rotation);
        if (onReplica.isPresent()) {
            return onReplica.get();
        }
        RoutingReason routingReason = rotation.isEmpty() ? RoutingReason.NO_REPLICA : RoutingReason.LAG;
        Optional<NodeLease> onPrimary = tryPrimary(routingReason, current.mayBeStale());
        if (onPrimary.isPresent()) {
            return onPrimary.get();
        }
        if (current.mayBeStale() && required.isEmpty()) {
            Optional<Node> stale = topology.leastLagging(MAX_STALENESS).filter(node -> !current.isExcluded(node));
            if (stale.isPresent()) {
                return NodeLease.onReplica(stale.get(), RoutingReason.STALE);
            }
        }
        metrics.recordRefusal(routingReason);
        if (topology.primary().isEmpty()) {
            throw new SQLTransientConnectionException(
                    "No primary is available, and no replica can serve this read", "08001");
        }
        throw new SQLTransientConnectionException(
                "No replica can serve this read, and the primary is at its limit of %d reads"
                        .formatted(settings.readsOnPrimary()),
                "53300");
    }

    private static Optional<NodeLease> chooseAnyReplica(List<Node> rotation) {
        return leastBusy(rotation).map(node -> NodeLease.onReplica(node, RoutingReason.FREE));
    }

    private Optional<NodeLease> chooseReplicaAt(List<Node> rotation, Position required) {
        Optional<Node> reached = leastBusy(
                rotation.stream().filter(node -> node.hasReplayed(required)).toList());
        if (reached.isPresent()) {
            return reached.map(node -> NodeLease.onReplica(node, RoutingReason.REACHED));
        }
        return rotation.stream()
                .max(Comparator.comparing(Node::replayedPosition))
                .filter(node -> waitForReplay(node, required))
                .map(node -> NodeLease.onReplica(node, RoutingReason.WAITED));
    }

    /** Break ties randomly, so that pods do not all pick the same replica. */
    private static Optional<Node> leastBusy(List<Node> nodes) {
        Node best = null;
        int fewestReads = Integer.MAX_VALUE;
        int start = nodes.isEmpty() ? 0 : ThreadLocalRandom.current().nextInt(nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get((start + i) % nodes.size());
            if (node.outstandingReads() < fewestReads) {
                best = node;
                fewestReads = node.outstandingReads();
            }
        }
        return Optional.ofNullable(best);
    }

    /** Queries the replica until it has replayed the position, for at most {@code fondaco.database.token-wait}. */
    private boolean waitForReplay(Node node, Position required) {
        long begin = System.nanoTime();
        long end = begin + settings.tokenWait().toNanos();
        long pause = MIN_PAUSE_NANOS;
        boolean reached = false;
        for (long now = begin; now < end && !reached; now = System.nanoTime()) {
            node.queryPosition(Duration.ofNanos(end - now));
            reached = node.hasReplayed(required);
            if (!reached) {
                LockSupport.parkNanos(Math.min(pause, Math.max(0, end - System.nanoTime())));
                pause = Math.min(2 * pause, MAX_PAUSE_NANOS);
            }
        }
        metrics.recordTokenWait(Duration.ofNanos(System.nanoTime() - begin), reached);
        return reached;
    }

    private Optional<NodeLease> tryPrimary(RoutingReason routingReason, boolean mayBeStale) throws SQLException {
        Optional<Node> primary = topology.primary();
        if (primary.isEmpty()) {
            return Optional.empty();
        }
        try {
            Duration maxWait = mayBeStale && settings.replicaUrls().isPresent() ? MAX_FALLBACK_WAIT : MAX_QUEUE_WAIT;
            if (!primaryPermits.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("Interrupted", "53300", e);
        }
        return Optional.of(NodeLease.onPrimary(primary.get(), routingReason, primaryPermits));
    }
}
