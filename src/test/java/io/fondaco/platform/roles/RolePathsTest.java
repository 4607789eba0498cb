package io.fondaco.platform.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which role serves a path; {@code RolesIT} shows that a pod serves only the paths of its own role. */
@QuarkusTest
class RolePathsTest {
    private final RolePaths paths;

    RolePathsTest(RolePaths paths) {
        this.paths = paths;
    }

    @ParameterizedTest
    @CsvSource({
        "/store/v1/products,BROWSE",
        "/store/v1/products/lamp,BROWSE",
        "/store/v1/productsale,BUY",
        "/store/v1/carts,BUY",
        "/store/v1,BUY",
        "/admin/v1/products,ADMIN",
        "/admin/v11/products,",
        "/q/health,",
        "/,"
    })
    void pathBelongsToOneRole(String path, PodRole podRole) {
        assertThat(paths.roleOf(path).orElse(null)).isEqualTo(podRole);
    }
}
