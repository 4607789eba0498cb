package io.fondaco.platform.topology;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Distinguishes degraded from down. A pod is ready while it can serve anything: without a primary it still reads, and
 * without replicas it reads from the primary, so removing it from the load balancer would not help. It is not ready
 * only without both.
 */
@Readiness
@ApplicationScoped
class DatabaseHealthCheck implements HealthCheck {
    private final Topology topology;

    DatabaseHealthCheck(Topology topology) {
        this.topology = topology;
    }

    @Override
    public HealthCheckResponse call() {
        boolean primary = topology.primary().isPresent();
        int inRotation = topology.rotation().size();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("database")
                .status(primary || inRotation > 0)
                .withData("state", state(primary, inRotation));
        topology.primary()
                .ifPresent(node -> response.withData(node.name(), "primary, timeline " + topology.timeline()));
        topology.replicas().stream()
                .filter(node -> node.rotationState().lastResult() != RotationState.CheckResult.NOT_A_REPLICA)
                .forEach(node -> response.withData(node.name(), replica(node)));
        return response.build();
    }

    private String state(boolean primary, int inRotation) {
        if (primary && inRotation == topology.knownReplicaCount()) {
            return "healthy";
        }
        if (!primary) {
            return inRotation > 0 ? "degraded: read-only, no primary is available" : "down";
        }
        return inRotation > 0
                ? "degraded: %d of %d replicas in rotation".formatted(inRotation, topology.knownReplicaCount())
                : "degraded: no replica in rotation, reads go to the primary";
    }

    private String replica(Node node) {
        RotationState.CheckResult checkResult = node.rotationState().lastResult();
        String behind = checkResult == RotationState.CheckResult.UNREACHABLE
                ? ""
                : ", %d bytes and %d ms behind"
                        .formatted(topology.lagBytes(node), topology.lag(node).toMillis());
        return "replica, %s, %s%s"
                .formatted(
                        node.rotationState().isInRotation() ? "in rotation" : "out of rotation",
                        checkResult.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        behind);
    }
}
