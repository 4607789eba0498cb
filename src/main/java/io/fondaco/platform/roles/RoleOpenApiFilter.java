package io.fondaco.platform.roles;

import io.quarkus.arc.Arc;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Paths;

/** Removes the paths that this pod does not serve from the OpenAPI document. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.RUNTIME_STARTUP)
public class RoleOpenApiFilter implements OASFilter {
    @Override
    public void filterOpenAPI(OpenAPI document) {
        Paths all = document.getPaths();
        if (all == null) {
            return;
        }
        RolePaths paths = Arc.container().instance(RolePaths.class).get();
        List.copyOf(all.getPathItems().keySet()).stream()
                .filter(paths::isServedElsewhere)
                .forEach(all::removePathItem);
    }
}
