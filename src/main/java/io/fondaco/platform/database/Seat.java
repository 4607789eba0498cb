package io.fondaco.platform.database;

import io.fondaco.platform.topology.Node;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A request's place on one server, from its first statement to its end. */
final class Seat {
    /** Why this server. */
    enum Reason {
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

        Reason(String label, boolean onPrimary) {
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
    private final Reason reason;
    private final @Nullable Semaphore permits;

    private Seat(Node node, Reason reason, @Nullable Semaphore permits) {
        this.node = node;
        this.reason = reason;
        this.permits = permits;
    }

    static Seat onReplica(Node node, Reason reason) {
        return new Seat(node, reason, null);
    }

    /** @param permits one of which has been taken, and is given back when the seat is free */
    static Seat onPrimary(Node node, Reason reason, Semaphore permits) {
        return new Seat(node, reason, permits);
    }

    Node node() {
        return node;
    }

    Reason reason() {
        return reason;
    }

    void take() {
        node.enter();
    }

    void free() {
        node.leave();
        if (permits != null) {
            permits.release();
        }
    }
}
