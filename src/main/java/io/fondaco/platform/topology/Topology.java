package io.fondaco.platform.topology;

import io.fondaco.platform.IdleTime;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Monitors every database server: which one is the primary, and which replicas may be read.
 *
 * <p>A primary of an older timeline than the newest one seen here is refused, because after a failover the old primary
 * may come back and still accept writes. Two servers that were promoted from the same timeline cannot be distinguished
 * from outside; preventing that (fencing) is the operator's task.
 */
@ApplicationScoped
public class Topology {
    private static final Logger LOG = Logger.getLogger(Topology.class);

    /** How long the start waits for the first status of the servers; a pod may start while servers are down. */
    private static final Duration INITIAL_CHECK_TIMEOUT = Duration.ofSeconds(2);

    /** How often the host names of replicas are resolved. */
    private static final Duration DISCOVERY_INTERVAL = Duration.ofSeconds(5);

    /** How often an idle pod checks the primary and the replicas in rotation. */
    private static final Duration IDLE_CHECK_INTERVAL = Duration.ofMillis(1_500);

    /**
     * How often an idle pod checks the other servers: a standby as a possible primary, and the primary as a possible
     * replica. If the pod loses the primary, it is not idle any more.
     */
    private static final Duration STANDBY_CHECK_INTERVAL = Duration.ofSeconds(10);

    /** In addition to the connections of requests: for the reader of the invalidation log. */
    private static final int EVENT_LOG_CONNECTIONS = 1;

    private final DatabaseSettings settings;
    private final TopologyMetrics metrics;
    private final Event<PrimaryChanged> primaryChanged;
    private final Map<HostAndPort, Node> primaryCandidates = new LinkedHashMap<>();
    private final Set<Node> stalePrimaries = new HashSet<>();

    private final ReplicaStatusListener replicaStatusListener = new ReplicaStatusListener();
    private final IdleTime idleTime;

    private volatile List<Node> replicas = List.of();
    private volatile @Nullable Node primary;
    private volatile int timeline;
    private volatile boolean closed;
    private long primaryUnresponsiveSince;
    private long systemIdentifier;
    private @Nullable ReplicaDiscovery replicaDiscovery;

    Topology(DatabaseSettings settings, TopologyMetrics metrics, Event<PrimaryChanged> primaryChanged) {
        this.settings = settings;
        this.idleTime = new IdleTime(settings.checkTimeout().multipliedBy(2));
        this.metrics = metrics;
        this.primaryChanged = primaryChanged;
    }

    /** Runs before the migrations, which need a primary. */
    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE - 2) StartupEvent event) {
        metrics.registerTopology(this);
        LOG.infof("Primary %s, replicas %s", primary, replicas);
    }

    /** Runs after everything else has stopped using the database. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER + 1000) ShutdownEvent event) {
        closed = true;
        if (replicaDiscovery != null) {
            replicaDiscovery.close();
        }
        primaryCandidates.values().forEach(Node::close);
        replicas.forEach(Node::close);
    }

    @PostConstruct
    void start() {
        DatabaseCredentials owner = new DatabaseCredentials(
                DatabaseSettings.required(settings.username()), DatabaseSettings.required(settings.password()));
        DatabaseCredentials reader = new DatabaseCredentials(
                settings.replicaUsername().orElse(owner.username()),
                settings.replicaPassword().orElse(owner.password()));
        JdbcUrl primaryUrl = JdbcUrl.parse(DatabaseSettings.required(settings.primaryUrl()));
        PrimaryStatusListener primaryStatusListener = new PrimaryStatusListener();
        for (HostAndPort hostAndPort : primaryUrl.hosts()) {
            primaryCandidates.put(
                    hostAndPort,
                    new Node(
                            hostAndPort.toString(),
                            primaryUrl.forHost(hostAndPort),
                            owner,
                            reader,
                            settings.readsOnPrimary() + EVENT_LOG_CONNECTIONS,
                            settings,
                            metrics.instrumentation("fallback", hostAndPort.toString()),
                            primaryStatusListener));
        }
        replicaDiscovery = new ReplicaDiscovery(
                settings.replicaUrls().map(JdbcUrl::parseAll).orElse(List.of()),
                DISCOVERY_INTERVAL,
                (name, url) -> new Node(
                        name,
                        url,
                        reader,
                        reader,
                        settings.replicaPoolSize(),
                        settings,
                        metrics.instrumentation("replica", name),
                        replicaStatusListener),
                this::onReplicasDiscovered);
        primaryCandidates.values().forEach(Node::start);
        primaryCandidates
                .values()
                .forEach(node -> metrics.registerWaitingThreads("fallback", node.name(), node::waitingThreads));
        replicaDiscovery.start();
        checkAllNodes();
    }

    private void checkAllNodes() {
        Instant end = Instant.now().plus(INITIAL_CHECK_TIMEOUT);
        for (Node node : allNodes()) {
            Duration left = Duration.between(Instant.now(), end);
            if (left.isPositive()) {
                node.queryPosition(left);
            }
        }
    }

    private List<Node> allNodes() {
        return Stream.concat(primaryCandidates.values().stream(), replicas.stream())
                .toList();
    }

    /**
     * Call before a request uses a server. While no request does, servers are checked rarely; the first request after
     * such a time, and those that arrive meanwhile, wait until all servers that may be used were queried again, for at
     * most about one check timeout. So no request is routed by an old status. Costs nothing otherwise.
     */
    public void awaitCurrentStatus() {
        if (idleTime.recordUse(System.nanoTime(), this::requestStatus)) {
            allNodes().forEach(Node::wakeUpMonitor);
        }
        idleTime.awaitCatchUp();
    }

    private CompletableFuture<Void> requestStatus() {
        return CompletableFuture.allOf(Stream.concat(primary().stream(), rotation().stream())
                        .map(Node::requestStatus)
                        .toArray(CompletableFuture[]::new))
                .handle((_, _) -> (Void) null)
                .thenRun(replicaStatusListener::removeLaggingReplicas);
    }

    /** Whether no request has used a server recently, and the primary is known. */
    private boolean isIdle() {
        return primary != null && idleTime.isIdle(System.nanoTime());
    }

    private void onReplicasDiscovered(List<Node> found) {
        replicas = List.copyOf(found);
        metrics.updateReplicaGauges(replicas);
        if (closed) {
            replicas.forEach(Node::close);
        }
    }

    /** The one server that accepts writes; empty if none is known to be available. */
    public Optional<Node> primary() {
        return Optional.ofNullable(primary);
    }

    public List<Node> rotation() {
        return replicas.stream()
                .filter(node -> node.rotationState().isInRotation())
                .toList();
    }

    /** All known replicas, in rotation or not. */
    public List<Node> replicas() {
        return replicas;
    }

    /** The number of known replicas without the primary, which may be named among them. */
    int knownReplicaCount() {
        return (int) replicas.stream()
                .filter(node -> node.rotationState().lastResult() != RotationState.CheckResult.NOT_A_REPLICA)
                .count();
    }

    /**
     * The expected number of replicas: as configured; else the known replicas, and one for each host that has no
     * address yet.
     */
    int expectedReplicaCount() {
        ReplicaDiscovery names = replicaDiscovery;
        int unknown = names == null ? 0 : names.unresolvedHosts();
        return settings.replicasExpected().orElseGet(() -> knownReplicaCount() + unknown);
    }

    /**
     * Returns the available replica with the smallest lag, if that is at most the limit, even if it is out of the
     * rotation. For reads that accept stale data.
     */
    public Optional<Node> leastLagging(Duration oldest) {
        return replicas.stream()
                .filter(node -> switch (node.rotationState().lastResult()) {
                    case GOOD, CLOSE_TO_THE_LIMIT, LAGGING -> true;
                    case UNREACHABLE, NOT_A_REPLICA, FOREIGN_CLUSTER -> false;
                })
                .filter(node -> lag(node).compareTo(oldest) <= 0)
                .min(Comparator.comparing(this::lag));
    }

    /** The newest timeline seen so far; 0 before any. */
    public int timeline() {
        return timeline;
    }

    /** The result of the search for a timeline that a client has seen and this process has not. */
    public enum TimelineSearch {
        /** A replica was promoted, and this process had not noticed it yet. */
        FOUND,
        /** No candidate has it: the database was probably restored from a backup. */
        NOT_FOUND,
        /** Not all candidates answer. */
        UNKNOWN
    }

    /**
     * Queries every server that may be the primary whether it has reached the timeline; waits up to two check timeouts
     * for each.
     */
    public TimelineSearch findTimeline(int timeline) {
        boolean allAnswered = true;
        for (Node candidate : primaryCandidates.values()) {
            if (timeline() < timeline) {
                allAnswered &= candidate
                        .queryPosition(settings.checkTimeout().multipliedBy(2))
                        .isPresent();
            }
        }
        if (timeline() >= timeline) {
            return TimelineSearch.FOUND;
        }
        return allAnswered ? TimelineSearch.NOT_FOUND : TimelineSearch.UNKNOWN;
    }

    /**
     * Queries the primary's position: at or past every commit that it has confirmed until this call.
     *
     * @return empty if no primary answers in time
     */
    public Optional<Position> primaryPosition() {
        return queryPrimary(Node::queryPosition);
    }

    /**
     * Queries a position at or past all that any read of the primary has seen until this call.
     *
     * @return empty if no primary answers in time
     */
    public Optional<Position> primaryVisibleUpperBound() {
        return queryPrimary(Node::queryVisibleUpperBound);
    }

    private Optional<Position> queryPrimary(BiFunction<Node, Duration, Optional<Position>> query) {
        Duration limit = settings.checkTimeout().multipliedBy(3);
        return primary()
                .flatMap(node -> query.apply(node, limit))
                .filter(position -> position.timeline() >= timeline());
    }

    /**
     * Connects to the primary, or fails immediately.
     *
     * @throws SQLException of class 08 if there is no primary, it does not answer, or the server is not the primary
     *     (any more)
     */
    public Connection connectToPrimary(Properties properties) throws SQLException {
        Node node =
                primary().orElseThrow(() -> new SQLTransientConnectionException("No primary is available", "08001"));
        Connection connection = new Driver().connect(node.url(), properties);
        if (connection == null) {
            throw new SQLNonTransientConnectionException("Not a Postgres URL", "08001");
        }
        try {
            requirePrimary(node, connection);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private void requirePrimary(Node node, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE %s END
                        """.formatted(NodeMonitor.TIMELINE_SQL))) {
            row.next();
            int serverTimeline = row.getInt(1);
            if (serverTimeline < Math.max(1, timeline())) {
                throw new SQLTransientConnectionException(
                        "%s is not the primary of timeline %d".formatted(node, timeline()), "08004");
            }
        }
    }

    /** Whether the connection leads to the server that is the primary now. */
    public boolean isConnectedToPrimary(Connection connection) throws SQLException {
        Node node = primary;
        return node != null && node.url().equals(connection.getMetaData().getURL());
    }

    /** The lag in WAL bytes; 0 if no newer position is known. */
    long lagBytes(Node node) {
        return lagOf(node).bytes();
    }

    /**
     * The lag by the heartbeat, to the precision of the heartbeat interval; zero if the node has replayed everything.
     */
    Duration lag(Node node) {
        return lagOf(node).time();
    }

    /**
     * While the pod is idle, the lag at the last check of the node: the primary may have been checked a second later,
     * and that second would look like a lag.
     */
    private ReplicaLag lagOf(Node node) {
        return isIdle() && !node.isInDoubt() ? node.lagAtCheck().orElseGet(() -> currentLag(node)) : currentLag(node);
    }

    private ReplicaLag currentLag(Node node) {
        NodeStatus status = node.status().orElse(null);
        if (status == null) {
            return ReplicaLag.UNKNOWN;
        }
        return newestStatus()
                .filter(newest -> !status.position().isAtOrAfter(newest.position()))
                .map(newest -> new ReplicaLag(
                        Math.max(0, newest.position().lsn() - status.position().lsn()),
                        Duration.ofMillis(Math.max(0, newest.heartbeatMillis() - status.heartbeatMillis()))))
                .orElse(ReplicaLag.NONE);
    }

    /** The newest known status: the primary's, or without a primary that of the most advanced replica. */
    private Optional<NodeStatus> newestStatus() {
        Optional<NodeStatus> ofPrimary = primary().flatMap(Node::status);
        return ofPrimary.isPresent()
                ? ofPrimary
                : replicas.stream()
                        .filter(node -> node.rotationState().lastResult() != RotationState.CheckResult.UNREACHABLE)
                        .flatMap(node -> node.status().stream())
                        .max(Comparator.comparing(NodeStatus::position));
    }

    private synchronized void advanceTimeline(Position position) {
        if (position.timeline() > timeline) {
            if (timeline > 0) {
                LOG.warnf("The database is on timeline %d now: a replica was promoted", position.timeline());
            }
            timeline = position.timeline();
        }
    }

    /** Applies the status of servers that may be the primary. */
    private final class PrimaryStatusListener implements Node.StatusListener {
        @Override
        public void onStatus(Node node, NodeStatus nodeStatus, boolean regular) {
            synchronized (Topology.this) {
                boolean outdated = isOnOldTimeline(nodeStatus);
                if (!outdated) {
                    stalePrimaries.remove(node);
                } else if (stalePrimaries.add(node)) {
                    LOG.errorf(
                            "%s accepts writes on timeline %d, but the database is on timeline %d: refused. Fence it.",
                            node, nodeStatus.position().timeline(), timeline());
                }
                if (nodeStatus.inRecovery() || outdated) {
                    if (primary == node) {
                        changePrimary(null);
                    }
                    return;
                }
                advanceTimeline(nodeStatus.position());
                if (systemIdentifier == 0) {
                    systemIdentifier = nodeStatus.systemIdentifier();
                }
                Node current = primary;
                if (current == node) {
                    primaryUnresponsiveSince = 0;
                } else if (current == null || isOnNewerTimeline(node, current)) {
                    changePrimary(node);
                }
            }
        }

        private boolean isOnNewerTimeline(Node node, Node current) {
            return timelineOf(node) > timelineOf(current);
        }

        private int timelineOf(Node node) {
            return node.status()
                    .map(nodeStatus -> nodeStatus.position().timeline())
                    .orElse(0);
        }

        @Override
        public void onFailure(Node node, SQLException failure, boolean away) {
            if (away) {
                node.closeConnections();
            }
            synchronized (Topology.this) {
                if (primary != node || closed) {
                    return;
                }
                long now = System.nanoTime();
                if (primaryUnresponsiveSince == 0) {
                    primaryUnresponsiveSince = now;
                }
                boolean tooLong = now - primaryUnresponsiveSince
                        > settings.primaryTimeout().toNanos();
                if (away || tooLong) {
                    LOG.errorf("Lost the primary %s: %s", node, failure.getMessage());
                    changePrimary(null);
                }
            }
        }

        private void changePrimary(@Nullable Node chosen) {
            Node before = primary;
            primary = chosen;
            primaryUnresponsiveSince = 0;
            if (chosen != null) {
                LOG.infof("The primary is %s, timeline %d", chosen, timeline());
            }
            allNodes().forEach(Node::wakeUpMonitor);
            if (before != null) {
                primaryChanged.fire(new PrimaryChanged());
            }
        }

        @Override
        public boolean shouldWriteHeartbeat(Node node) {
            return primary == node;
        }

        @Override
        public Duration idleInterval(Node node) {
            return isIdle() && !node.isInDoubt()
                    ? primary == node ? IDLE_CHECK_INTERVAL : STANDBY_CHECK_INTERVAL
                    : Duration.ZERO;
        }

        @Override
        public boolean isOnOldTimeline(NodeStatus nodeStatus) {
            return !nodeStatus.inRecovery() && nodeStatus.position().timeline() < timeline();
        }
    }

    /** Applies the status of servers that may be read. */
    private final class ReplicaStatusListener implements Node.StatusListener {
        @Override
        public void onStatus(Node node, NodeStatus nodeStatus, boolean regular) {
            if ((nodeStatus.inRecovery() || settings.replicasMayBePromoted()) && !isForeignCluster(nodeStatus)) {
                advanceTimeline(nodeStatus.position());
            }
            node.recordLag(currentLag(node));
            if (regular) {
                recordCheck(node, evaluate(node, nodeStatus));
            }
        }

        private RotationState.CheckResult evaluate(Node node, NodeStatus nodeStatus) {
            if (isForeignCluster(nodeStatus)) {
                return RotationState.CheckResult.FOREIGN_CLUSTER;
            }
            if (!nodeStatus.inRecovery()) {
                return RotationState.CheckResult.NOT_A_REPLICA;
            }
            ReplicaLag lag = currentLag(node);
            long bytes = lag.bytes();
            Duration time = lag.time();
            if (bytes > settings.maxLagBytes() || time.compareTo(settings.maxLag()) > 0) {
                return RotationState.CheckResult.LAGGING;
            }
            boolean aboveHalf = bytes > settings.maxLagBytes() / 2
                    || time.compareTo(settings.maxLag().dividedBy(2)) > 0;
            return aboveHalf ? RotationState.CheckResult.CLOSE_TO_THE_LIMIT : RotationState.CheckResult.GOOD;
        }

        private boolean isForeignCluster(NodeStatus nodeStatus) {
            synchronized (Topology.this) {
                return systemIdentifier != 0 && nodeStatus.systemIdentifier() != systemIdentifier;
            }
        }

        @Override
        public void onFailure(Node node, SQLException failure, boolean away) {
            recordCheck(node, RotationState.CheckResult.UNREACHABLE);
        }

        /**
         * Judges the replicas again. Their checks may have compared them with an older status of the primary: at the
         * end of an idle time all servers are queried at the same time.
         */
        void removeLaggingReplicas() {
            for (Node node : rotation()) {
                node.status()
                        .filter(status -> evaluate(node, status) == RotationState.CheckResult.LAGGING)
                        .ifPresent(_ -> recordCheck(node, RotationState.CheckResult.LAGGING));
            }
        }

        private void recordCheck(Node node, RotationState.CheckResult checkResult) {
            boolean before = node.rotationState().isInRotation();
            node.rotationState().recordCheck(checkResult);
            boolean after = node.rotationState().isInRotation();
            if (!after && checkResult == RotationState.CheckResult.UNREACHABLE) {
                node.closeConnections();
            }
            if (before != after && !closed) {
                LOG.logf(
                        after ? Logger.Level.INFO : Logger.Level.WARN,
                        "Replica %s %s the rotation: %s",
                        node,
                        after ? "joins" : "leaves",
                        checkResult);
            }
        }

        @Override
        public boolean shouldWriteHeartbeat(Node node) {
            return false;
        }

        @Override
        public Duration idleInterval(Node node) {
            if (!isIdle() || node.isInDoubt()) {
                return Duration.ZERO;
            }
            return switch (node.rotationState().lastResult()) {
                case GOOD -> node.rotationState().isInRotation() ? IDLE_CHECK_INTERVAL : Duration.ZERO;
                case NOT_A_REPLICA, FOREIGN_CLUSTER -> STANDBY_CHECK_INTERVAL;
                case CLOSE_TO_THE_LIMIT, LAGGING, UNREACHABLE -> Duration.ZERO;
            };
        }
    }
}
