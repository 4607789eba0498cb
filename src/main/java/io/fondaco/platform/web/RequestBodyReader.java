package io.fondaco.platform.web;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies on the event loop, before any other work is done for their requests: a slow sender occupies a
 * connection, but no thread and no permit of the admission gate. Bounded in bytes per body, in bytes of all bodies and
 * in time. The limit of Quarkus applies to all paths, so it has to allow the largest body of a method with
 * {@link StreamedBody}, which sets its own limit.
 */
@ApplicationScoped
class RequestBodyReader {
    /** After the cache, which answers requests without a body, and before the admission gate of platform.admission. */
    private static final int ORDER = 1;

    private final WebSettings settings;
    private final List<Endpoints.Endpoint> streamedBodies;
    private final ProblemResponseWriter problemResponseWriter;
    private final Vertx vertx;
    private final AtomicLong bufferedBytes = new AtomicLong();

    RequestBodyReader(
            WebSettings settings, Endpoints endpoints, ProblemResponseWriter problemResponseWriter, Vertx vertx) {
        this.settings = settings;
        this.streamedBodies = endpoints.annotatedWith(StreamedBody.class);
        this.problemResponseWriter = problemResponseWriter;
        this.vertx = vertx;
    }

    void register(@Observes Router router) {
        router.route().order(ORDER).handler(this::read);
    }

    private void read(RoutingContext context) {
        HttpServerRequest request = context.request();
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean chunked = request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        boolean empty = !chunked && (length == null || length.equals("0"));
        if (!empty && isEncoded(request)) {
            context.response().putHeader(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY);
            new PendingBody(context)
                    .reject(415, "unsupported_content_encoding", "Send the body without a Content-Encoding.");
            return;
        }
        if (empty || isStreamed(context)) {
            context.next();
            return;
        }
        PendingBody pendingBody = new PendingBody(context);
        if (length(length) > settings.maxBodyBytes()) {
            pendingBody.rejectTooLarge();
            return;
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            context.response().writeContinue();
        }
        pendingBody.start();
    }

    private boolean isStreamed(RoutingContext context) {
        String method = context.request().method().name();
        return streamedBodies.stream().anyMatch(endpoint -> endpoint.matches(method, context.normalizedPath()));
    }

    private static boolean isEncoded(HttpServerRequest request) {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        return encoding != null && !encoding.isBlank() && !"identity".equalsIgnoreCase(encoding.strip());
    }

    private static long length(@Nullable String header) {
        if (header == null) {
            return 0;
        }
        try {
            return Long.parseLong(header);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }

    /** Used only on the event loop of its connection. */
    private final class PendingBody {
        private final RoutingContext context;
        private final Buffer body = Buffer.buffer();
        private long timer;
        private boolean finished;

        PendingBody(RoutingContext context) {
            this.context = context;
        }

        void start() {
            timer = vertx.setTimer(settings.bodyTimeout().toMillis(), _ -> {
                if (!finished) {
                    reject(
                            408,
                            "body_too_slow",
                            "The body must arrive within %d s."
                                    .formatted(settings.bodyTimeout().toSeconds()));
                }
            });
            context.addEndHandler(_ -> {
                finished = true;
                vertx.cancelTimer(timer);
                bufferedBytes.addAndGet(-body.length());
            });
            context.request().handler(this::add).endHandler(_ -> end());
        }

        private void add(Buffer part) {
            if (finished) {
                return;
            }
            if (body.length() + part.length() > settings.maxBodyBytes()) {
                rejectTooLarge();
                return;
            }
            body.appendBuffer(part);
            if (bufferedBytes.addAndGet(part.length()) > settings.maxBufferedBodyBytes()) {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
                reject(
                        503,
                        "overloaded",
                        "The server is receiving too many bytes at the same time; nothing was done. Try again.");
            }
        }

        private void end() {
            if (!finished) {
                finished = true;
                vertx.cancelTimer(timer);
                if (UnicodeText.isUtf8(ByteBuffer.wrap(body.getBytes()))) {
                    ((RoutingContextInternal) context).setBody(body);
                    context.next();
                } else {
                    problemResponseWriter.send(context, 400, "malformed_json", "The body is not valid UTF-8.");
                }
            }
        }

        private void rejectTooLarge() {
            reject(413, "body_too_large", "The body may have at most %d bytes.".formatted(settings.maxBodyBytes()));
        }

        private void reject(int status, String code, String detail) {
            finished = true;
            problemResponseWriter.sendAndClose(context, status, code, detail);
        }
    }
}
