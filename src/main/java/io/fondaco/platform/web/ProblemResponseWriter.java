package io.fondaco.platform.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;

/** Problems that are answered before any resource is entered, on the event loop. */
@ApplicationScoped
public class ProblemResponseWriter {
    /** What a 401 tells who has no valid key. */
    public static final String API_KEY_REQUIRED = "Send a valid key as 'Authorization: Bearer <key>'.";

    private static final long LINGER_MILLIS = 2_000;

    private final ObjectMapper json;
    private final Vertx vertx;

    ProblemResponseWriter(ObjectMapper json, Vertx vertx) {
        this.json = json;
        this.vertx = vertx;
    }

    /**
     * Refuses a request whose body, if it has one, has not been read. Then the connection ends with the answer; but
     * what was sent is taken in for a moment, or else the answer would get lost.
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

    /** Ends the request with a problem document; further headers are for the caller to set before. */
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
