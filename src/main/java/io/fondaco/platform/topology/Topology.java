package io.fondaco.platform.topology;

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
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Every server of the database, watched: which of them is the primary, which replicas are fit to be read.
 *
 * <p>A primary of an older timeline than any that was ever seen here is refused: after a failover the old one may come
 * back and still take writes. Two servers that were both promoted from the same timeline cannot be told apart from
 * outside; keeping that from happening (fencing) is the operator's part.
 */
@ApplicationScoped
public class Topology {
    private static final Logger LOG = Logger.getLogger(Topology.class);

    /** A pod may start while servers are away; it waits this long to learn what there is. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(2);

    /** Beside those of requests: for who follows the primary's log of events. */
    private static final int OWN_CONNECTIONS = 1;

    private final DatabaseSettings settings;
    private final TopologyMetrics metrics;
    private final Event<PrimaryChanged> primaryChanged;
    private final Map<Address, Node> candidates = new LinkedHashMap<>();
    private final Set<Node> refused = new HashSet<>();

    private volatile List<Node> replicas = List.of();
    private volatile @Nullable Node primary;
    private volatile int timeline;
    private volatile boolean closed;
    private long primarySilentSince;
    private long systemIdentifier;
    private @Nullable Discovery discovery;

    Topology(DatabaseSettings settings, TopologyMetrics metrics, Event<PrimaryChanged> primaryChanged) {
        this.settings = settings;
        this.metrics = metrics;
        this.primaryChanged = primaryChanged;
    }

    /** Before migrations, which need a primary. */
    void onStart(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE - 2) StartupEvent event) {
        metrics.describe(this);
        LOG.infof("Primary %s, replicas %s", primary, replicas);
    }

    /** After everything else has stopped using it. */
    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER + 1000) ShutdownEvent event) {
        closed = true;
        if (discovery != null) {
            discovery.close();
        }
        candidates.values().forEach(Node::close);
        replicas.forEach(Node::close);
    }

    @PostConstruct
    void start() {
        Login owner = new Login(
                DatabaseSettings.required(settings.username()), DatabaseSettings.required(settings.password()));
        Login reader = new Login(
                settings.replicaUsername().orElse(owner.username()),
                settings.replicaPassword().orElse(owner.password()));
        ServerUrl primaryUrl = ServerUrl.parse(DatabaseSettings.required(settings.primaryUrl()));
        PrimaryWatcher primaryWatcher = new PrimaryWatcher();
        for (Address address : primaryUrl.hosts()) {
            candidates.put(
                    address,
                    new Node(
                            address.toString(),
                            primaryUrl.of(address),
                            owner,
                            reader,
                            settings.readsOnPrimary() + OWN_CONNECTIONS,
                            settings,
                            metrics.pool("fallback", address.toString()),
                            primaryWatcher));
        }
        ReplicaWatcher replicaWatcher = new ReplicaWatcher();
        discovery = new Discovery(
                settings.replicaUrls().map(ServerUrl::parseAll).orElse(List.of()),
                settings.discoveryInterval(),
                (name, url) -> new Node(
                        name,
                        url,
                        reader,
                        reader,
                        settings.replicaPoolSize(),
                        settings,
                        metrics.pool("replica", name),
                        replicaWatcher),
                this::replicasFound);
        candidates.values().forEach(Node::start);
        candidates.values().forEach(node -> metrics.waiting("fallback", node.name(), node::waitingThreads));
        discovery.start();
        lookAround();
    }

    private void lookAround() {
        Instant end = Instant.now().plus(FIRST_LOOK);
        for (Node node :
                Stream.concat(candidates.values().stream(), replicas.stream()).toList()) {
            Duration left = Duration.between(Instant.now(), end);
            if (left.isPositive()) {
                node.ask(left);
            }
        }
    }

    private void replicasFound(List<Node> found) {
        replicas = List.copyOf(found);
        metrics.watch(replicas);
        if (closed) {
            replicas.forEach(Node::close);
        }
    }

    /** The one server that takes writes; empty when none is known that answers. */
    public Optional<Node> primary() {
        return Optional.ofNullable(primary);
    }

    /** The replicas that may be read now. */
    public List<Node> rotation() {
        return replicas.stream().filter(node -> node.standing().isInRotation()).toList();
    }

    /** Every replica that is known, fit or not. */
    public List<Node> replicas() {
        return replicas;
    }

    /** Replicas that are meant to be read: those that are known but for the primary, which may be named among them. */
    int expectedInRotation() {
        return (int) replicas.stream()
                .filter(node -> node.standing().last() != Standing.Finding.NOT_A_REPLICA)
                .count();
    }

    /**
     * Replicas that there are meant to be, known or not: as many as are configured to be expected; else those that are known, and one
     * for each host that has no address yet.
     */
    int replicasExpected() {
        Discovery names = discovery;
        int unknown = names == null ? 0 : names.hostsWithoutAddress();
        return settings.replicasExpected().orElseGet(() -> expectedInRotation() + unknown);
    }

    /**
     * A replica that answers and is no older than the limit, though out of the rotation: better than nothing for who
     * does not mind.
     */
    public Optional<Node> leastLagging(Duration oldest) {
        return replicas.stream()
                .filter(node -> switch (node.standing().last()) {
                    case GOOD, CLOSE_TO_THE_LIMIT, LAGGING -> true;
                    case UNREACHABLE, NOT_A_REPLICA, FOREIGN_CLUSTER -> false;
                })
                .filter(node -> lag(node).compareTo(oldest) <= 0)
                .min(Comparator.comparing(this::lag));
    }

    /** The newest timeline that was ever seen; 0 before any. */
    public int timeline() {
        return timeline;
    }

    /** What became of looking for a timeline that a caller has seen and this process has not. */
    public enum Search {
        /** A replica was promoted, and this process had not noticed. */
        FOUND,
        /** Every server that may be the primary says no: the database was set back, from a backup perhaps. */
        NOT_THERE,
        /** Not all of them answer. */
        UNKNOWN
    }

    /** Asks every server that may be the primary whether it has come to the timeline; takes a moment. */
    public Search lookFor(int timeline) {
        boolean allAnswered = true;
        for (Node candidate : candidates.values()) {
            if (timeline() < timeline) {
                allAnswered &=
                        candidate.ask(settings.checkTimeout().multipliedBy(2)).isPresent();
            }
        }
        if (timeline() >= timeline) {
            return Search.FOUND;
        }
        return allAnswered ? Search.NOT_THERE : Search.UNKNOWN;
    }

    /**
     * Up to where the primary has come: at or past every commit that it has answered until this call.
     *
     * @return empty when no primary says so in time
     */
    public Optional<Position> primaryPosition() {
        return ofPrimary(Node::ask);
    }

    /**
     * At or past all that any read of the primary has seen until this call.
     *
     * @return empty when no primary says so in time
     */
    public Optional<Position> primaryShown() {
        return ofPrimary(Node::askShown);
    }

    private Optional<Position> ofPrimary(BiFunction<Node, Duration, Optional<Position>> question) {
        Duration limit = settings.checkTimeout().multipliedBy(3);
        return primary()
                .flatMap(node -> question.apply(node, limit))
                .filter(position -> position.timeline() >= timeline());
    }

    /**
     * Connects to the primary, at once or not at all.
     *
     * @throws SQLException of class 08: there is no primary, it does not answer, or what answers is not one (any more)
     */
    public Connection connectToPrimary(Properties properties) throws SQLException {
        Node node = primary()
                .orElseThrow(() -> new SQLTransientConnectionException("No primary answers just now", "08001"));
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
                        """.formatted(Sampler.TIMELINE))) {
            row.next();
            int its = row.getInt(1);
            if (its < Math.max(1, timeline())) {
                throw new SQLTransientConnectionException(
                        "%s is not the primary of timeline %d".formatted(node, timeline()), "08004");
            }
        }
    }

    /** Whether a connection leads to the server that is the primary now. */
    public boolean leadsToPrimary(Connection connection) throws SQLException {
        Node node = primary;
        return node != null && node.url().equals(connection.getMetaData().getURL());
    }

    /** How far behind, in bytes of the log; 0 when nothing is known to be ahead. */
    long lagBytes(Node node) {
        Sample own = node.sample().orElse(null);
        return own == null
                ? Long.MAX_VALUE
                : frontier()
                        .map(front -> Math.max(
                                0, front.position().lsn() - own.position().lsn()))
                        .orElse(0L);
    }

    /** How far behind, by the heartbeat, to the beat's precision; zero for who has replayed all there is. */
    Duration lag(Node node) {
        Sample own = node.sample().orElse(null);
        if (own == null) {
            return Duration.ofDays(1);
        }
        return frontier()
                .filter(front -> !own.position().reaches(front.position()))
                .map(front -> Duration.ofMillis(Math.max(0, front.beatMillis() - own.beatMillis())))
                .orElse(Duration.ZERO);
    }

    /** Where the history stands: the primary's last word, or while there is none, the furthest replica's. */
    private Optional<Sample> frontier() {
        Optional<Sample> ofPrimary = primary().flatMap(Node::sample);
        return ofPrimary.isPresent()
                ? ofPrimary
                : replicas.stream()
                        .filter(node -> node.standing().last() != Standing.Finding.UNREACHABLE)
                        .flatMap(node -> node.sample().stream())
                        .max(Comparator.comparing(Sample::position));
    }

    private synchronized void learn(Position position) {
        if (position.timeline() > timeline) {
            if (timeline > 0) {
                LOG.warnf("The database is on timeline %d now: a replica was promoted", position.timeline());
            }
            timeline = position.timeline();
        }
    }

    /** Looks after the servers that may be the primary. */
    private final class PrimaryWatcher implements Node.Watcher {
        @Override
        public void answered(Node node, Sample sample, boolean regular) {
            synchronized (Topology.this) {
                boolean outdated = isOutdated(sample);
                if (!outdated) {
                    refused.remove(node);
                } else if (refused.add(node)) {
                    LOG.errorf(
                            "%s takes writes on timeline %d, but the database is on %d: refused. Fence it.",
                            node, sample.position().timeline(), timeline());
                }
                if (sample.recovering() || outdated) {
                    if (primary == node) {
                        become(null);
                    }
                    return;
                }
                learn(sample.position());
                if (systemIdentifier == 0) {
                    systemIdentifier = sample.systemIdentifier();
                }
                Node current = primary;
                if (current == node) {
                    primarySilentSince = 0;
                } else if (current == null || newer(node, current)) {
                    become(node);
                }
            }
        }

        private boolean newer(Node node, Node current) {
            return timelineOf(node) > timelineOf(current);
        }

        private int timelineOf(Node node) {
            return node.sample().map(sample -> sample.position().timeline()).orElse(0);
        }

        @Override
        public void failed(Node node, SQLException failure, boolean away) {
            if (away) {
                node.cutOff();
            }
            synchronized (Topology.this) {
                if (primary != node || closed) {
                    return;
                }
                long now = System.nanoTime();
                if (primarySilentSince == 0) {
                    primarySilentSince = now;
                }
                boolean tooLong = now - primarySilentSince
                        > settings.abandonPrimaryAfter().toNanos();
                if (away || tooLong) {
                    LOG.errorf("The primary %s is gone: %s", node, failure.getMessage());
                    become(null);
                }
            }
        }

        private void become(@Nullable Node chosen) {
            Node before = primary;
            primary = chosen;
            primarySilentSince = 0;
            if (chosen != null) {
                LOG.infof("The primary is %s, timeline %d", chosen, timeline());
            }
            if (before != null) {
                primaryChanged.fire(new PrimaryChanged());
            }
        }

        @Override
        public boolean beats(Node node, Sample sample) {
            return primary == node && !sample.recovering();
        }

        @Override
        public boolean isOutdated(Sample sample) {
            return !sample.recovering() && sample.position().timeline() < timeline();
        }
    }

    /** Looks after the servers that may be read. */
    private final class ReplicaWatcher implements Node.Watcher {
        @Override
        public void answered(Node node, Sample sample, boolean regular) {
            if ((sample.recovering() || settings.replicasMayBePromoted()) && !isForeign(sample)) {
                learn(sample.position());
            }
            if (regular) {
                observe(node, finding(node, sample));
            }
        }

        private Standing.Finding finding(Node node, Sample sample) {
            if (isForeign(sample)) {
                return Standing.Finding.FOREIGN_CLUSTER;
            }
            if (!sample.recovering()) {
                return Standing.Finding.NOT_A_REPLICA;
            }
            long bytes = lagBytes(node);
            Duration time = lag(node);
            if (bytes > settings.maxLagBytes() || time.compareTo(settings.maxLag()) > 0) {
                return Standing.Finding.LAGGING;
            }
            boolean halfway = bytes > settings.maxLagBytes() / 2
                    || time.compareTo(settings.maxLag().dividedBy(2)) > 0;
            return halfway ? Standing.Finding.CLOSE_TO_THE_LIMIT : Standing.Finding.GOOD;
        }

        private boolean isForeign(Sample sample) {
            synchronized (Topology.this) {
                return systemIdentifier != 0 && sample.systemIdentifier() != systemIdentifier;
            }
        }

        @Override
        public void failed(Node node, SQLException failure, boolean away) {
            observe(node, Standing.Finding.UNREACHABLE);
        }

        private void observe(Node node, Standing.Finding finding) {
            boolean before = node.standing().isInRotation();
            node.standing().observe(finding);
            boolean after = node.standing().isInRotation();
            if (!after && finding == Standing.Finding.UNREACHABLE) {
                node.cutOff();
            }
            if (before != after && !closed) {
                LOG.logf(
                        after ? Logger.Level.INFO : Logger.Level.WARN,
                        "Replica %s %s the rotation: %s",
                        node,
                        after ? "joins" : "leaves",
                        finding);
            }
        }

        @Override
        public boolean beats(Node node, Sample sample) {
            return false;
        }
    }
}
