package io.fondaco.platform.topology;

import java.time.Duration;

/**
 * How far a replica is behind the primary.
 *
 * @param bytes of WAL
 * @param time by the heartbeat
 */
record ReplicaLag(long bytes, Duration time) {
    static final ReplicaLag NONE = new ReplicaLag(0, Duration.ZERO);

    /** Of a replica that has not reported its status yet. */
    static final ReplicaLag UNKNOWN = new ReplicaLag(Long.MAX_VALUE, Duration.ofDays(1));
}
