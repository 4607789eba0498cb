package io.fondaco.platform.web;

import io.fondaco.platform.ApiConventions;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.VertxException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Rejects requests that two parsers can read differently, before any other component handles them: a body whose length
 * is ambiguous (request smuggling, RFC 9112 section 6.3), and a path with a semicolon. The REST layer removes {@code
 * ;x} from a path as a matrix parameter, but roles, the admission gate, the cache and the load balancers compare the
 * path as it was sent.
 */
@ApplicationScoped
class AmbiguousRequestFilter {
    /** After {@link RequestId}, and before the roles, the cache and the admission gate. */
    private static final int FILTER_PRIORITY = 950;

    /** Before all failure handlers of Quarkus. */
    private static final int FAILURE_HANDLER_ORDER = -100_000;

    private static final String CHUNKED = "chunked";

    private final ProblemResponseWriter problemResponseWriter;

    /** Connections that sent an ambiguous body: anything that arrives on them later may be a part of that body. */
    private final Set<HttpConnection> closing = ConcurrentHashMap.newKeySet();

    AmbiguousRequestFilter(ProblemResponseWriter problemResponseWriter) {
        this.problemResponseWriter = problemResponseWriter;
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, FILTER_PRIORITY);
    }

    /**
     * The router fails a request whose Host is missing or malformed before any filter runs, and would log it as a
     * server error.
     */
    void registerFailures(@Observes Router router) {
        router.route().order(FAILURE_HANDLER_ORDER).failureHandler(this::rejectUnroutable);
    }

    private void rejectUnroutable(RoutingContext context) {
        if (context.statusCode() == 400 && context.failure() instanceof VertxException) {
            problemResponseWriter.send(context, 400, "host_required", "Send a Host header that names this server.");
        } else {
            context.next();
        }
    }

    private void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!closing.isEmpty() && closing.contains(request.connection())) {
            return;
        }
        if (isAmbiguous(request.headers())) {
            HttpConnection connection = request.connection();
            closing.add(connection);
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            context.addEndHandler(_ -> connection.close().onComplete(_ -> closing.remove(connection)));
            problemResponseWriter.send(
                    context,
                    400,
                    "invalid_transfer_encoding",
                    "Send a body either with a Content-Length or with the single Transfer-Encoding 'chunked'.");
        } else if (request.path() != null && request.path().indexOf(';') >= 0) {
            problemResponseWriter.send(
                    context,
                    400,
                    "invalid_path",
                    "Path parameters are not supported; send a semicolon in a path as %3B.");
        } else if (request.authority() == null && isApi(context.normalizedPath())) {
            problemResponseWriter.send(context, 400, "host_required", "Send a Host header.");
        } else {
            context.next();
        }
    }

    private static boolean isAmbiguous(MultiMap headers) {
        if (!headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
            return false;
        }
        List<String> encodings = headers.getAll(HttpHeaders.TRANSFER_ENCODING);
        return encodings.size() != 1
                || !CHUNKED.equalsIgnoreCase(encodings.getFirst().strip())
                || headers.contains(HttpHeaders.CONTENT_LENGTH);
    }

    /** Health checks of load balancers may use HTTP/1.0 without a host. */
    private static boolean isApi(String path) {
        return ApiConventions.isStore(path) || ApiConventions.isAdmin(path);
    }
}
