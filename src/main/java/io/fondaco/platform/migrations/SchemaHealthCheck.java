package io.fondaco.platform.migrations;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Keeps a pod that started while no primary answered from work until it is seen that the schemas are what it needs. */
@Readiness
@ApplicationScoped
class SchemaHealthCheck implements HealthCheck {
    private final SchemaVersionCheck check;

    SchemaHealthCheck(SchemaVersionCheck check) {
        this.check = check;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            List<String> lacking = check.findOutdated();
            return HealthCheckResponse.named("schemas")
                    .status(lacking.isEmpty())
                    .withData("state", lacking.isEmpty() ? "up to date" : String.join(", ", lacking))
                    .build();
        } catch (SQLException _) {
            return HealthCheckResponse.named("schemas")
                    .down()
                    .withData("state", "no server says how far they are")
                    .build();
        }
    }
}
