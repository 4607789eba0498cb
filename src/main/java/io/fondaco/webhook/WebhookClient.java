package io.fondaco.webhook;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.tracing.TracingPolicy;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes one delivery attempt: connects to the checked address, uses the host name for TLS and the Host header, and
 * applies one time limit to the whole attempt. A redirect is a failure like every other response that is not 2xx.
 */
@ApplicationScoped
class WebhookClient {
    private static final Logger LOG = Logger.getLogger(WebhookClient.class);
    private static final String USER_AGENT = "Fondaco-Webhooks/1.0";
    private static final int MAX_STORED_RESPONSE_LENGTH = 1_000;

    /** A longer response is cut off and its connection closed. */
    private static final int MAX_RESPONSE_BYTES = 8 << 10;

    private static final long MAX_RETRY_AFTER_SECONDS = TimeUnit.HOURS.toSeconds(1);

    private final WebhookSettings settings;
    private final AddressGuard addressGuard;
    private final WebhookSecrets secrets;
    private final WebhookMetrics metrics;
    private final HttpClient client;

    WebhookClient(
            WebhookSettings settings,
            AddressGuard addressGuard,
            WebhookSecrets secrets,
            WebhookMetrics metrics,
            Vertx vertx) {
        this.settings = settings;
        this.addressGuard = addressGuard;
        this.secrets = secrets;
        this.metrics = metrics;
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_1_1)
                        .setConnectTimeout((int) settings.timeout().toMillis())
                        .setKeepAliveTimeout(30)
                        .setVerifyHost(true)
                        .setDecompressionSupported(false)
                        // Do not expose our traces to other systems: send no traceparent.
                        .setTracingPolicy(TracingPolicy.IGNORE)
                        .setMaxHeaderSize(16 * 1024))
                // Endpoints on the same host share this pool, so it must not be the limit: a slow endpoint would block
                // the others. The dispatcher limits the requests in flight per endpoint.
                .with(new PoolOptions().setHttp1MaxSize(WebhookDispatcher.MAX_CALLS))
                // A connection error fails the attempt. Do not log its message, which the receiver may control.
                .withConnectHandler(connection -> connection.exceptionHandler(_ -> {}))
                .build();
    }

    @PreDestroy
    void close() {
        client.close();
    }

    /** @param consistency the consistency token with which receivers can read the subject; empty if it is not known */
    DeliveryAttempt.AttemptResult deliver(DeliveryAttempt deliveryAttempt, String consistency)
            throws InterruptedException {
        Instant at = Instant.now();
        long started = System.nanoTime();
        AtomicReference<@Nullable HttpClientRequest> request = new AtomicReference<>();
        CompletableFuture<EndpointResponse> result = new CompletableFuture<>();
        try {
            URI url = URI.create(deliveryAttempt.url());
            if (!addressGuard.allowsPort(url)) {
                throw new AddressGuard.AddressRefused("Port %d is not allowed".formatted(AddressGuard.port(url)));
            }
            InetAddress address = addressGuard.resolve(url.getHost());
            send(deliveryAttempt, url, address, at, consistency, result, request);
            long left = settings.timeout().toNanos() - (System.nanoTime() - started);
            EndpointResponse response = result.get(Math.max(1, left), TimeUnit.NANOSECONDS);
            boolean accepted = response.status() / 100 == 2;
            return new DeliveryAttempt.AttemptResult(
                    at,
                    elapsedMillis(started),
                    response.status(),
                    accepted ? "" : "The endpoint returned " + response.status(),
                    response.body(),
                    accepted ? 0 : response.retryAfter());
        } catch (AddressGuard.AddressRefused | IllegalArgumentException e) {
            return failed(at, started, String.valueOf(e.getMessage()));
        } catch (TimeoutException e) {
            return failed(
                    at,
                    started,
                    "No complete response within %d ms"
                            .formatted(settings.timeout().toMillis()));
        } catch (ExecutionException e) {
            return failed(at, started, describeFailure(e.getCause() == null ? e : e.getCause()));
        } finally {
            // If the response is not complete, reset the request, which closes its connection. If the request is not
            // sent yet, do not send it.
            result.cancel(false);
            HttpClientRequest sent = request.get();
            if (sent != null) {
                sent.reset();
            }
        }
    }

    private record EndpointResponse(int status, String body, long retryAfter) {}

    private void send(
            DeliveryAttempt deliveryAttempt,
            URI url,
            InetAddress address,
            Instant at,
            String consistency,
            CompletableFuture<EndpointResponse> result,
            AtomicReference<@Nullable HttpClientRequest> sent) {
        boolean tls = url.getScheme().equals("https");
        int port = AddressGuard.port(url);
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
                .setHost(url.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .setFollowRedirects(false)
                .putHeader("content-type", "application/json")
                .putHeader("user-agent", USER_AGENT)
                .putHeader("webhook-id", deliveryAttempt.messageId())
                .putHeader("webhook-timestamp", Long.toString(at.getEpochSecond()))
                .putHeader(
                        "webhook-signature",
                        secrets.signature(
                                deliveryAttempt.endpointId(),
                                deliveryAttempt.secretGenerations(),
                                deliveryAttempt.messageId(),
                                at.getEpochSecond(),
                                deliveryAttempt.body()));
        if (!consistency.isEmpty()) {
            options.putHeader("fondaco-consistency", consistency);
        }
        client.request(options)
                .onSuccess(request -> {
                    sent.set(request);
                    metrics.recordCertificateExpiry(
                            deliveryAttempt.endpointId(), certificateExpiresAt(request.connection()));
                    if (result.isDone()) {
                        request.reset();
                        return;
                    }
                    request.send(Buffer.buffer(deliveryAttempt.body()))
                            .onSuccess(response -> readResponse(response, result, sent))
                            .onFailure(result::completeExceptionally);
                })
                .onFailure(result::completeExceptionally);
    }

    /** The expiry of the certificate that the server presented; empty without TLS. */
    static Optional<Instant> certificateExpiresAt(HttpConnection connection) {
        try {
            return connection.isSsl()
                            && connection.sslSession().getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? Optional.of(certificate.getNotAfter().toInstant())
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException _) {
            return Optional.empty();
        }
    }

    private void readResponse(
            HttpClientResponse response,
            CompletableFuture<EndpointResponse> result,
            AtomicReference<@Nullable HttpClientRequest> sent) {
        Buffer body = Buffer.buffer();
        long retryAfter = parseRetryAfter(response.getHeader("retry-after"), Instant.now());
        response.handler(part -> {
            int remaining = MAX_RESPONSE_BYTES - body.length();
            body.appendBuffer(part, 0, Math.min(part.length(), Math.max(0, remaining)));
            if (part.length() > remaining) {
                result.complete(new EndpointResponse(response.statusCode(), text(body), retryAfter));
            }
        });
        response.exceptionHandler(result::completeExceptionally);
        response.endHandler(_ -> {
            sent.set(null);
            result.complete(new EndpointResponse(response.statusCode(), text(body), retryAfter));
        });
    }

    private static String text(Buffer body) {
        String text = new String(
                body.getBytes(0, Math.min(body.length(), MAX_STORED_RESPONSE_LENGTH)), StandardCharsets.UTF_8);
        return text.replace("\u0000", "");
    }

    /**
     * The seconds of a {@code Retry-After} header, given as a number or as a date, at most 3,600; 0 if it is neither.
     */
    static long parseRetryAfter(@Nullable String header, Instant now) {
        if (header == null) {
            return 0;
        }
        String text = header.strip();
        try {
            long seconds = text.chars().allMatch(Character::isDigit)
                    ? Long.parseLong(text)
                    : Duration.between(now, Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)))
                            .toSeconds();
            return Math.clamp(seconds, 0, MAX_RETRY_AFTER_SECONDS);
        } catch (NumberFormatException | DateTimeException e) {
            return 0;
        }
    }

    private static DeliveryAttempt.AttemptResult failed(Instant at, long started, String error) {
        return new DeliveryAttempt.AttemptResult(at, elapsedMillis(started), 0, error, "", 0);
    }

    private static long elapsedMillis(long started) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    }

    /**
     * Describes a failure for the staff, who read it in the list of deliveries: without text from the endpoint,
     * addresses and class names.
     */
    private static String describeFailure(Throwable thrown) {
        if (thrown instanceof SSLException) {
            return "No TLS connection: the certificate may be invalid or for another name";
        }
        if (thrown instanceof ConnectException) {
            return "No connection";
        }
        LOG.debugf(thrown, "A webhook delivery attempt failed");
        return switch (thrown) {
            case IOException _, HttpClosedException _ ->
                "The connection failed: it ended before the response was complete";
            case DecoderException _, IllegalArgumentException _ -> "The connection failed: the response is not HTTP";
            default -> "The connection failed";
        };
    }
}
