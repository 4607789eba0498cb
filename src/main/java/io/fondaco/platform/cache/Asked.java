package io.fondaco.platform.cache;

/**
 * What a request for a cached resource came with into it.
 *
 * @param route the path as a template
 * @param key of its answer
 */
record Asked(String route, String key, Verdict found) {
    static final String ATTRIBUTE = "fondaco.cache.asked";
}
