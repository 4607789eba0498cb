package io.fondaco.platform.cache;

/**
 * The lookup of a request for a cached resource, attached to its routing context.
 *
 * @param route the path template
 * @param key the key of its cached response
 */
record CacheRequest(String route, String key, CacheLookup lookup) {
    static final String ATTRIBUTE = "fondaco.cache.asked";
}
