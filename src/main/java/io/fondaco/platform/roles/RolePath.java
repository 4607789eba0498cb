package io.fondaco.platform.roles;

/**
 * Paths that belong to another role than those around them, as a bean of their module.
 *
 * @param path with all that is below it: {@code /store/v1/products}
 */
public record RolePath(PodRole role, String path) {
    boolean matches(String requested) {
        return requested.startsWith(path)
                && (requested.length() == path.length() || requested.charAt(path.length()) == '/');
    }
}
