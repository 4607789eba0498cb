package io.fondaco.platform.topology;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Resolves the configured URLs to servers, repeatedly, because the addresses of a host name may change. A name that
 * cannot be resolved keeps its last known addresses, so that a name service that is down does not remove the replicas.
 */
final class ReplicaDiscovery implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ReplicaDiscovery.class);

    private static final String LOCAL = "localhost";

    private final List<JdbcUrl> urls;
    private final Duration interval;
    private final BiFunction<String, String, Node> newNode;
    private final Consumer<List<Node>> onChange;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, List<String>> resolved = new LinkedHashMap<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private volatile int unresolvedHosts;
    private final List<Node> retired = new ArrayList<>();

    /**
     * @param newNode creates the node of a name (host and port) and a URL
     * @param onChange receives all nodes whenever they have changed
     */
    ReplicaDiscovery(
            List<JdbcUrl> urls,
            Duration interval,
            BiFunction<String, String, Node> newNode,
            Consumer<List<Node>> onChange) {
        this.urls = urls;
        this.interval = interval;
        this.newNode = newNode;
        this.onChange = onChange;
    }

    /** Resolves the hosts once, then continues in the background. */
    void start() {
        refresh();
        if (!urls.isEmpty()) {
            Thread.ofVirtual().name("topology-discovery").start(this::run);
        }
    }

    private void run() {
        try {
            while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                refresh();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void refresh() {
        // Reads that used a node when its name disappeared have had one interval to end.
        retired.forEach(Node::close);
        retired.clear();
        Map<String, String> wanted = new LinkedHashMap<>();
        int unresolved = 0;
        for (JdbcUrl url : urls) {
            for (HostAndPort configured : url.hosts()) {
                List<String> resolvedHosts = resolve(configured.host(), url.verifiesHostName());
                unresolved += resolvedHosts.isEmpty() ? 1 : 0;
                for (String host : resolvedHosts) {
                    HostAndPort hostAndPort = new HostAndPort(host, configured.port());
                    wanted.putIfAbsent(hostAndPort.toString(), url.forHost(hostAndPort));
                }
            }
        }
        unresolvedHosts = unresolved;
        boolean changed = nodes.keySet().removeIf(name -> !wanted.containsKey(name) && retire(name));
        for (Map.Entry<String, String> server : wanted.entrySet()) {
            if (!nodes.containsKey(server.getKey())) {
                Node node = newNode.apply(server.getKey(), server.getValue());
                nodes.put(server.getKey(), node);
                node.start();
                changed = true;
            }
        }
        if (changed) {
            LOG.infof("Replicas: %s", nodes.keySet());
            onChange.accept(List.copyOf(nodes.values()));
        }
    }

    private boolean retire(String name) {
        retired.add(nodes.get(name));
        return true;
    }

    /** The number of configured hosts whose names never had an address. */
    int unresolvedHosts() {
        return unresolvedHosts;
    }

    /** If certificates are verified against host names, a name with a single address is kept as the name. */
    private List<String> resolve(String host, boolean verifiesHostNames) {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            List<String> resolvedHosts = new ArrayList<>();
            for (InetAddress address : addresses) {
                resolvedHosts.add(verifiesHostNames && addresses.length == 1 ? host : address.getHostAddress());
            }
            // The local machine has an IPv4 and an IPv6 address, but is one server.
            resolved.put(host, host.equals(LOCAL) ? resolvedHosts.subList(0, 1) : resolvedHosts);
        } catch (UnknownHostException _) {
            if (!resolved.containsKey(host)) {
                LOG.warnf("The replica host %s has no address yet", host);
            }
        }
        return resolved.getOrDefault(host, List.of());
    }

    @Override
    public void close() {
        closed.countDown();
        synchronized (this) {
            retired.forEach(Node::close);
        }
    }
}
