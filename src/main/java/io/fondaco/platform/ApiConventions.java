package io.fondaco.platform;

/**
 * What holds for all paths of the two APIs. Modules choose the paths below these prefixes, and annotate the resource
 * methods that need another treatment: the platform knows no path of a module.
 */
public final class ApiConventions {
    /** The API for shoppers. */
    public static final String STORE = "/store/v1";

    /** The API for the back office. Every operation requires an API key. */
    public static final String ADMIN = "/admin/v1";

    /** The name of the OpenAPI security scheme of all operations of the admin API. */
    public static final String ADMIN_SECURITY_SCHEME = "admin_key";

    private static final String STORE_OF_ANY_VERSION = "/store/";
    private static final String ADMIN_OF_ANY_VERSION = "/admin/";

    private ApiConventions() {}

    /** Whether the path belongs to the store API, in any version. */
    public static boolean isStore(String path) {
        return path.startsWith(STORE_OF_ANY_VERSION);
    }

    /** Whether the path belongs to the admin API, in any version. */
    public static boolean isAdmin(String path) {
        return path.startsWith(ADMIN_OF_ANY_VERSION);
    }
}
