package io.fondaco.platform.cache;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A resource whose responses are cached, declared as a bean of its module. Its response depends only on the path and
 * these parameters, and is the same for every client.
 *
 * @param path the resource's path: {@code /store/v1/products/{product}}
 * @param parameters query parameters that the response depends on; a request with any other is not cached
 */
public record CachedRoute(String path, List<String> parameters) {
    private static final int MAX_KEY_LENGTH = 1_000;
    private static final char SEPARATOR = '\u001f';

    public CachedRoute {
        parameters = List.copyOf(parameters);
        int parameter = path.indexOf('{');
        if (parameter >= 0 && path.indexOf('}') != path.length() - 1) {
            throw new IllegalArgumentException("A path parameter must be at the end of the path: " + path);
        }
    }

    /** Whether a path belongs to this resource; the parameter matches anything but a slash. */
    boolean matches(String requested) {
        int parameter = path.indexOf('{');
        if (parameter < 0) {
            return requested.equals(path);
        }
        return requested.length() > parameter
                && requested.startsWith(path.substring(0, parameter))
                && requested.indexOf('/', parameter) < 0;
    }

    /** The same key for all requests that get the same response; empty if the response is not cached. */
    Optional<String> key(RoutingContext context) {
        HttpServerRequest request = context.request();
        String query = request.query();
        String key = context.normalizedPath();
        if (query != null && !query.isEmpty()) {
            try {
                Map<String, List<String>> sent = new QueryStringDecoder(query, false).parameters();
                if (!parameters.containsAll(sent.keySet())) {
                    // The resource rejects unknown parameters.
                    return Optional.empty();
                }
                key += parameters(sent);
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }
        return key.length() > MAX_KEY_LENGTH ? Optional.empty() : Optional.of(key);
    }

    private String parameters(Map<String, List<String>> sent) {
        StringBuilder key = new StringBuilder();
        for (String name : parameters) {
            List<String> values = sent.get(name);
            if (values != null) {
                key.append(SEPARATOR).append(name).append('=').append(values.getFirst());
            }
        }
        return key.toString();
    }
}
