package io.fondaco.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fondaco.replay.ShopClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Receives webhooks: {@code /good} accepts them, {@code /slow} accepts them after 20 s, {@code /refusing} answers 503,
 * and {@code /third} accepts every third attempt of an event.
 */
final class FaultyWebhookReceiver implements AutoCloseable {
    private static final Duration SLOW_RESPONSE_TIME = Duration.ofSeconds(20);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpServer server;
    private final Map<String, List<ReceivedEvent>> acceptedEvents = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> requestCounts = new ConcurrentHashMap<>();

    /** An accepted event. */
    record ReceivedEvent(String event, String type, String subject, long sequence) {}

    private FaultyWebhookReceiver(HttpServer server) {
        this.server = server;
    }

    static FaultyWebhookReceiver open() throws IOException {
        FaultyWebhookReceiver faultyWebhookReceiver = new FaultyWebhookReceiver(
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        faultyWebhookReceiver.server.createContext("/", faultyWebhookReceiver::handle);
        faultyWebhookReceiver.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        faultyWebhookReceiver.server.start();
        return faultyWebhookReceiver;
    }

    /** The settings of pods that send webhooks to this receiver. */
    static Map<String, String> settings() {
        return Map.of(
                "FONDACO_WEBHOOK_ALLOW_HTTP", "true",
                "FONDACO_WEBHOOK_ALLOWED_ADDRESSES", "127.0.0.0/8",
                "FONDACO_WEBHOOK_ALLOWED_PORTS", "1-65535");
    }

    /** Creates a webhook endpoint for the path, with all order events. */
    void subscribeToOrderEvents(ShopClient staff, String path) {
        staff.send(
                        "POST",
                        "/admin/v1/webhooks",
                        staff.adminKey(),
                        Map.of(),
                        Map.of("url", url(path), "event_types", List.of("order.*")))
                .expect(201);
    }

    private String url(String path) {
        return "http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        requestCounts.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        int status =
                switch (path) {
                    case "/refusing" -> 503;
                    case "/third" ->
                        attempts.computeIfAbsent(id, _ -> new AtomicInteger()).incrementAndGet() % 3 == 0 ? 200 : 500;
                    case "/slow" -> {
                        Pods.sleep(SLOW_RESPONSE_TIME);
                        yield 200;
                    }
                    default -> 200;
                };
        if (status == 200) {
            JsonNode event = json.readTree(body);
            List<ReceivedEvent> list = acceptedEvents.computeIfAbsent(path, _ -> new ArrayList<>());
            synchronized (list) {
                list.add(new ReceivedEvent(
                        id,
                        event.get("type").asText(),
                        event.get("subject").asText(),
                        event.get("sequence").asLong()));
            }
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    int requestCount(String path) {
        return requestCounts.getOrDefault(path, new AtomicInteger()).get();
    }

    List<ReceivedEvent> acceptedEvents(String path) {
        List<ReceivedEvent> list = acceptedEvents.getOrDefault(path, List.of());
        synchronized (list) {
            return List.copyOf(list);
        }
    }

    /** The accepted sequence numbers of each subject, in the order in which each was first accepted. */
    Map<String, List<Long>> acceptedSequences(String path) {
        Map<String, List<Long>> bySubject = new LinkedHashMap<>();
        for (ReceivedEvent receivedEvent : acceptedEvents(path)) {
            List<Long> numbers = bySubject.computeIfAbsent(receivedEvent.subject(), _ -> new ArrayList<>());
            if (!numbers.contains(receivedEvent.sequence())) {
                numbers.add(receivedEvent.sequence());
            }
        }
        return bySubject;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
