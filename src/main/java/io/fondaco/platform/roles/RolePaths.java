package io.fondaco.platform.roles;

import io.fondaco.platform.ApiConventions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.List;
import java.util.Optional;

/** Maps paths to roles. */
@ApplicationScoped
public class RolePaths {
    private static final List<RolePath> DEFAULT_PATHS =
            List.of(new RolePath(PodRole.ADMIN, ApiConventions.ADMIN), new RolePath(PodRole.BUY, ApiConventions.STORE));

    private final List<RolePath> overrides;
    private final PodRoles podRoles;

    RolePaths(Instance<RolePath> overrides, PodRoles podRoles) {
        this.overrides = overrides.stream().toList();
        this.podRoles = podRoles;
    }

    /** Whether the path belongs to a role that this pod does not have. Paths without a role are served everywhere. */
    boolean isServedElsewhere(String path) {
        return roleOf(path).filter(podRole -> !podRoles.has(podRole)).isPresent();
    }

    /** Returns the role of the path; empty for paths that every pod serves. */
    public Optional<PodRole> roleOf(String path) {
        return find(overrides, path).or(() -> find(DEFAULT_PATHS, path));
    }

    private static Optional<PodRole> find(List<RolePath> paths, String path) {
        for (RolePath candidate : paths) {
            if (candidate.matches(path)) {
                return Optional.of(candidate.role());
            }
        }
        return Optional.empty();
    }
}
