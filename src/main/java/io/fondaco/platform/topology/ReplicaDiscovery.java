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
 * Turns the configured URLs into the servers behind them, and again and again, for names may come to mean others. A name
 * that cannot be resolved just now keeps the meaning it had: a name server that is away must not take the replicas along.
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
     * @param newNode makes the server of a name (host and port) and a URL
     * @param found told of all servers whenever they have changed
     */
    ReplicaDiscovery(
            List<JdbcUrl> urls,
            Duration interval,
            BiFunction<String, String, Node> newNode,
            Consumer<List<Node>> found) {
        this.urls = urls;
        this.interval = interval;
        this.newNode = newNode;
        this.onChange = found;
    }

    /** Looks once, and goes on looking in the background. */
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
        // Reads that were on a server when its name went away have had one interval to end.
        retired.forEach(Node::close);
        retired.clear();
        Map<String, String> wanted = new LinkedHashMap<>();
        int nameless = 0;
        for (JdbcUrl url : urls) {
            for (HostAndPort configured : url.hosts()) {
                List<String> meaning = resolve(configured.host(), url.verifiesHostName());
                nameless += meaning.isEmpty() ? 1 : 0;
                for (String host : meaning) {
                    HostAndPort hostAndPort = new HostAndPort(host, configured.port());
                    wanted.putIfAbsent(hostAndPort.toString(), url.forHost(hostAndPort));
                }
            }
        }
        unresolvedHosts = nameless;
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

    /** Hosts that are configured, and whose names have never meant anything. */
    int unresolvedHosts() {
        return unresolvedHosts;
    }

    /** Where certificates are checked against names, a name with one address stays a name. */
    private List<String> resolve(String host, boolean namesMatter) {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            List<String> meaning = new ArrayList<>();
            for (InetAddress address : addresses) {
                meaning.add(namesMatter && addresses.length == 1 ? host : address.getHostAddress());
            }
            // The local machine has an address of either kind, and is one server.
            resolved.put(host, host.equals(LOCAL) ? meaning.subList(0, 1) : meaning);
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
