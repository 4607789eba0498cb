package io.fondaco.platform.cache;

/**
 * What a request for a cached resource came with into it.
 *
 * @param route the path as a template
 * @param key of its answer
 */
record CacheRequest(String route, String key, CacheLookup lookup) {
    static final String ATTRIBUTE = "fondaco.cache.asked";
}
