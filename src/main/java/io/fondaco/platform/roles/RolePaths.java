package io.fondaco.platform.roles;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.List;
import java.util.Optional;

/** Which role a path belongs to. */
@ApplicationScoped
public class RolePaths {
    private static final List<RolePath> ROUGHLY =
            List.of(new RolePath(Role.ADMIN, "/admin/v1"), new RolePath(Role.BUY, "/store/v1"));

    private final List<RolePath> exceptions;
    private final Roles roles;

    RolePaths(Instance<RolePath> exceptions, Roles roles) {
        this.exceptions = exceptions.stream().toList();
        this.roles = roles;
    }

    /** Whether it belongs to a role that this pod does not play; what belongs to none is everywhere. */
    boolean isElsewhere(String path) {
        return role(path).filter(role -> !roles.plays(role)).isPresent();
    }

    /** Whose path it is; empty for what is the same on every pod. */
    public Optional<Role> role(String path) {
        return find(exceptions, path).or(() -> find(ROUGHLY, path));
    }

    private static Optional<Role> find(List<RolePath> paths, String path) {
        for (RolePath candidate : paths) {
            if (candidate.holds(path)) {
                return Optional.of(candidate.role());
            }
        }
        return Optional.empty();
    }
}
