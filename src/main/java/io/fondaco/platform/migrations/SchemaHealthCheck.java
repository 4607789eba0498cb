package io.fondaco.platform.migrations;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Keeps a pod that started without a primary unready until the schemas are known to be as new as this release needs.
 */
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
            List<String> outdated = check.findOutdated();
            return HealthCheckResponse.named("schemas")
                    .status(outdated.isEmpty())
                    .withData("state", outdated.isEmpty() ? "up to date" : String.join(", ", outdated))
                    .build();
        } catch (SQLException _) {
            return HealthCheckResponse.named("schemas")
                    .down()
                    .withData("state", "unknown, the schema versions cannot be read")
                    .build();
        }
    }
}
