package io.fondaco.platform.roles;

/**
 * Paths that belong to another role than the paths around them. A module declares one as a bean.
 *
 * @param path the path, with everything below it: {@code /store/v1/products}
 */
public record RolePath(PodRole role, String path) {
    boolean matches(String requested) {
        return requested.startsWith(path)
                && (requested.length() == path.length() || requested.charAt(path.length()) == '/');
    }
}
