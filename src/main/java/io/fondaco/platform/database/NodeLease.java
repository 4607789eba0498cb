package io.fondaco.platform.database;

import io.fondaco.platform.topology.Node;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A request's claim on one node, from its first statement to its end. */
final class NodeLease {
    /** Why this node was chosen. */
    enum RoutingReason {
        /** A replica, for a read without a token. */
        FREE("free", false),
        /** A replica that was known to have reached the token. */
        REACHED("reached", false),
        /** A replica that reached the token after it was queried again. */
        WAITED("waited", false),
        /** The primary, because no replica reached the token in time. */
        LAG("lag", true),
        /** The primary, because no replica is in rotation. */
        NO_REPLICA("no_replica", true),
        /** A replica beyond its lag limits, because the primary had no free permit. */
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

    /** @param permits the caller has acquired one of them; {@link #release} returns it */
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
