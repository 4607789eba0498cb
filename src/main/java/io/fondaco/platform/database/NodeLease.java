package io.fondaco.platform.database;

import io.fondaco.platform.topology.Node;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A request's place on one server, from its first statement to its end. */
final class NodeLease {
    /** Why this server. */
    enum RoutingReason {
        /** A replica, for who has no token. */
        FREE("free", false),
        /** A replica that was known to have reached the token. */
        REACHED("reached", false),
        /** A replica that was asked, or waited for. */
        WAITED("waited", false),
        /** The primary, for no replica reached the token in time. */
        LAG("lag", true),
        /** The primary, for no replica is in rotation. */
        NO_REPLICA("no_replica", true),
        /** A replica beyond its limits of lag, for there was nothing better. */
        STALE("stale", false);

        private final String label;
        private final boolean onPrimary;

        RoutingReason(String label, boolean onPrimary) {
            this.label = label;
            this.onPrimary = onPrimary;
        }

        String label() {
            return label;
        }

        boolean onPrimary() {
            return onPrimary;
        }
    }

    private final Node node;
    private final RoutingReason routingReason;
    private final @Nullable Semaphore permits;

    private NodeLease(Node node, RoutingReason routingReason, @Nullable Semaphore permits) {
        this.node = node;
        this.routingReason = routingReason;
        this.permits = permits;
    }

    static NodeLease onReplica(Node node, RoutingReason routingReason) {
        return new NodeLease(node, routingReason, null);
    }

    /** @param permits one of which has been taken, and is given back when the seat is free */
    static NodeLease onPrimary(Node node, RoutingReason routingReason, Semaphore permits) {
        return new NodeLease(node, routingReason, permits);
    }

    Node node() {
        return node;
    }

    RoutingReason reason() {
        return routingReason;
    }

    void acquire() {
        node.beginRead();
    }

    void release() {
        node.endRead();
        if (permits != null) {
            permits.release();
        }
    }
}
