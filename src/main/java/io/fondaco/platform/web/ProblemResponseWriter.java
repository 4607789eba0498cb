package io.fondaco.platform.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** Sends problems on the event loop, before any resource is called. */
@ApplicationScoped
public class ProblemResponseWriter {
    /** The detail of a 401 for requests without a valid API key. */
    public static final String API_KEY_REQUIRED = "Send a valid key as 'Authorization: Bearer <key>'.";

    private static final long LINGER_MILLIS = 2_000;

    private final ObjectMapper json;
    private final Vertx vertx;

    ProblemResponseWriter(ObjectMapper json, Vertx vertx) {
        this.json = json;
        this.vertx = vertx;
    }

    /**
     * Rejects a request whose body, if it has one, has not been read. The response then closes the connection; the body
     * is read and discarded for another 2 s, because otherwise the client may not receive the response.
     */
    public void sendAndClose(RoutingContext context, int status, String code, String detail) {
        HttpServerRequest request = context.request();
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean empty =
                !request.headers().contains(HttpHeaders.TRANSFER_ENCODING) && (length == null || length.equals("0"));
        if (!empty) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        send(context, status, code, detail);
        if (!empty) {
            request.handler(_ -> {});
            vertx.setTimer(LINGER_MILLIS, _ -> request.connection().close());
        }
    }

    /** Ends the request with a problem document; the caller must set further headers before. */
    public void send(RoutingContext context, int status, String code, String detail) {
        Problem problem = new Problem(
                "urn:fondaco:problem:" + code,
                ProblemMapper.title(status),
                status,
                code,
                detail,
                List.of(),
                RequestId.of(context),
                Map.of());
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemMapper.PROBLEM_JSON.toString())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Json.write(json, problem));
    }
}
