package io.fondaco.payment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.stripe.Stripe;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fake Stripe server with the HTTP API of PaymentIntents and refunds, as published: form bodies, states, errors, and
 * Idempotency-Keys that keep their response, even a 500. Tests can make it fail before or after a call took effect, be
 * slow, take another amount, or expire its keys as Stripe does after a day. Its records show which money was taken and
 * refunded.
 *
 * <p>It checks {@link StripeContract}: it refuses what Stripe would refuse, and {@link #close} fails after such a
 * request, or if the fake itself sent a response or an event that violates the contract.
 */
final class FakeStripe implements AutoCloseable {
    static final String API_KEY = "sk_test_standin";
    static final String VISA = "pm_card_visa";
    static final String DECLINED = "pm_card_chargeDeclined";
    static final String AUTHENTICATION_REQUIRED = "pm_card_authenticationRequired";

    private static final long MAX_WAIT_SECONDS = 30;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    /** Ids must be unique across instances of this class, because Stripe never reuses an id. */
    private final String idPrefix = Long.toString(System.nanoTime(), Character.MAX_RADIX);

    private final AtomicInteger idSequence = new AtomicInteger();
    private final Map<String, ObjectNode> intents = new LinkedHashMap<>();
    private final Map<String, ObjectNode> refunds = new LinkedHashMap<>();
    private final Map<String, StoredReply> repliesByKey = new HashMap<>();
    private final List<ObjectNode> events = new ArrayList<>();
    private final List<RecordedRequest> requests = new ArrayList<>();
    private final Map<String, Deque<Fault>> faults = new HashMap<>();
    private final Map<String, CountDownLatch> pauses = new HashMap<>();
    /** Violations of the contract by requests, responses and events. */
    private final List<String> contractViolations = new ArrayList<>();

    private boolean down;
    private long amountShortfall;
    private CountDownLatch recovered = new CountDownLatch(1);

    /** A failure of a call. */
    enum Fault {
        /** The call takes effect, and no response is sent. */
        SILENT_AFTER,
        /** The call takes no effect, and no response is sent. */
        SILENT_BEFORE,
        /** The call takes effect, and the response, kept under its key, is a 500. */
        ERROR_AFTER,
        /** The call takes no effect, and the response, kept under its key, is a 500. */
        ERROR_BEFORE,
        /** The call is rejected with a 429; no response is kept. */
        RATE_LIMITED
    }

    /** A received call. */
    record RecordedRequest(String operation, String idempotencyKey, Map<String, String> params) {}

    private record StoredReply(String requestLine, Reply reply) {}

    private record Reply(int status, ObjectNode body) {}

    private FakeStripe(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    static FakeStripe start(int port) {
        try {
            return new FakeStripe(port);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** @throws AssertionError if a request, a response or an event violated the contract */
    @Override
    public void close() {
        recover();
        server.stop(0);
        threads.shutdownNow();
        synchronized (this) {
            if (!contractViolations.isEmpty()) {
                throw new AssertionError("Violations of the Stripe contract: " + contractViolations);
            }
        }
    }

    // Control by tests.

    /**
     * Makes the next calls of this operation fail ({@code create}, {@code confirm}, {@code capture}, {@code cancel},
     * {@code refund}, …).
     */
    synchronized void failNext(String operation, Fault... next) {
        faults.computeIfAbsent(operation, _ -> new ArrayDeque<>()).addAll(List.of(next));
    }

    /** Makes the next call of this operation wait, before it takes effect, until the returned latch is counted down. */
    synchronized CountDownLatch pauseNext(String operation) {
        CountDownLatch latch = new CountDownLatch(1);
        pauses.put(operation, latch);
        return latch;
    }

    /** Answers every call with a 503, without effect. */
    synchronized void goDown() {
        down = true;
    }

    /** Ends all failures; calls that still wait for a response get none. */
    synchronized void recover() {
        down = false;
        amountShortfall = 0;
        faults.clear();
        recovered.countDown();
        recovered = new CountDownLatch(1);
    }

    /** Forgets all idempotency keys, as Stripe does after 24 hours. */
    synchronized void expireIdempotencyKeys() {
        repliesByKey.clear();
    }

    /** Takes the given amount less than requested from now on. */
    synchronized void chargeLess(long difference) {
        amountShortfall = difference;
    }

    /** Completes the authentication step of the shopper, with or without success. */
    synchronized void authenticate(String intentId, boolean success) {
        ObjectNode intent = intents.get(intentId);
        if (!intent.path("status").asText().equals("requires_action")) {
            throw new IllegalStateException("The intent requires no action: " + intent);
        }
        intent.putNull("next_action");
        if (success) {
            charge(intent);
        } else {
            decline(intent, "payment_intent_authentication_failure");
        }
    }

    /** Confirms again with the client secret, as the front end could. Returns whether Stripe allows it. */
    synchronized boolean confirmInBrowser(String intentId) {
        ObjectNode intent = intents.get(intentId);
        if (!intent.path("status").asText().equals("requires_payment_method")) {
            return false;
        }
        charge(intent);
        return true;
    }

    /** Captures or cancels in the dashboard. */
    synchronized void changeInDashboard(String intentId, String operation) {
        ObjectNode intent = intents.get(intentId);
        if (operation.equals("capture")) {
            capture(intent, Map.of());
        } else {
            cancel(intent);
        }
    }

    /** Refunds in the dashboard. */
    synchronized void refundInDashboard(String intentId, long amount) {
        Reply reply = refund(Map.of("payment_intent", intentId, "amount", Long.toString(amount)));
        if (reply.status() != 200) {
            throw new IllegalStateException(reply.body().toString());
        }
    }

    /**
     * The bank sends the money of a refund back, days after it succeeded. Stripe posts three events.
     *
     * @param amount of the refund; the last refund with this amount is used
     */
    synchronized void failRefundLater(String intentId, long amount) {
        ObjectNode refund = refunds.values().stream()
                .filter(candidate -> candidate.path("payment_intent").asText().equals(intentId))
                .filter(candidate -> candidate.path("amount").asLong() == amount)
                .reduce((_, later) -> later)
                .orElseThrow();
        refund.put("status", "failed").put("failure_reason", "expired_or_canceled_card");
        event("refund.failed", refund);
        event("charge.refund.updated", refund);
        event("refund.updated", refund);
    }

    /** Takes money for a cancelled intent, which Stripe promises not to do. */
    synchronized void chargeCanceledIntent(String intentId) {
        charge(intents.get(intentId));
    }

    // Queries by tests.

    synchronized ObjectNode intent(String id) {
        return intents.get(id).deepCopy();
    }

    /** The id of the first intent. */
    synchronized String firstIntent() {
        return intents.keySet().iterator().next();
    }

    /** All intents with our reference. */
    synchronized List<ObjectNode> intentsOf(String payment) {
        return intents.values().stream()
                .filter(intent ->
                        intent.path("metadata").path("fondaco_payment").asText().equals(payment))
                .map(ObjectNode::deepCopy)
                .toList();
    }

    /** Number of intents with captured or authorized money. */
    synchronized long chargeCount() {
        return intents.values().stream()
                .filter(intent -> intent.path("amount_received").asLong()
                                + intent.path("amount_capturable").asLong()
                        > 0)
                .count();
    }

    /** Captured minus refunded amounts of all intents. */
    synchronized long netCapturedAmount() {
        long taken = intents.values().stream()
                .mapToLong(intent -> intent.path("amount_received").asLong())
                .sum();
        return taken
                - refunds.values().stream()
                        .filter(FakeStripe::isNotFailed)
                        .mapToLong(refund -> refund.path("amount").asLong())
                        .sum();
    }

    synchronized long authorizedAmount() {
        return intents.values().stream()
                .mapToLong(intent -> intent.path("amount_capturable").asLong())
                .sum();
    }

    synchronized long refundCount(String intentId) {
        return refunds.values().stream()
                .filter(refund -> refund.path("payment_intent").asText().equals(intentId))
                .count();
    }

    synchronized List<RecordedRequest> requests(String operation) {
        return requests.stream()
                .filter(recordedRequest -> recordedRequest.operation().equals(operation))
                .toList();
    }

    synchronized int requests() {
        return requests.size();
    }

    /** The last event of this type for this intent, as Stripe would post it. */
    synchronized String event(String type, String intentId) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals(type))
                .filter(event -> {
                    ObjectNode object = (ObjectNode) event.path("data").path("object");
                    return object.path("id").asText().equals(intentId)
                            || object.path("payment_intent").asText().equals(intentId);
                })
                .reduce((_, later) -> later)
                .orElseThrow(() -> new IllegalStateException("No event " + type + " of " + intentId))
                .toString();
    }

    // HTTP.

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            String path = exchange.getRequestURI().getPath();
            String raw = method.equals("GET")
                    ? Optional.ofNullable(exchange.getRequestURI().getRawQuery())
                            .orElse("")
                    : new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> params = parseForm(raw);
            String operation = operationOf(method, path);
            String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            Optional<StripeContract.InvalidRequest> refusal = StripeContract.validateRequest(operation, params);
            CountDownLatch pause;
            synchronized (this) {
                requests.add(new RecordedRequest(operation, key, params));
                refusal.ifPresent(
                        invalid -> contractViolations.add("%s with %s: %s".formatted(operation, params, invalid)));
                pause = pauses.remove(operation);
            }
            if (pause != null) {
                await(pause);
            }
            CountDownLatch wait;
            Reply reply;
            boolean silent;
            synchronized (this) {
                wait = recovered;
                Fault fault = faults.getOrDefault(operation, new ArrayDeque<>()).poll();
                silent = fault == Fault.SILENT_AFTER || fault == Fault.SILENT_BEFORE;
                if (down) {
                    reply = errorReply(503, "api_error", null, "Unavailable.");
                } else if (!("Bearer " + API_KEY).equals(authorization)) {
                    reply = errorReply(401, "invalid_request_error", null, "Invalid API Key provided.");
                } else if (fault == Fault.RATE_LIMITED) {
                    reply = errorReply(429, "invalid_request_error", "rate_limit", "Too many requests.");
                } else if (refusal.isPresent()) {
                    reply = invalidRequestReply(refusal.get());
                } else if (fault == Fault.SILENT_BEFORE) {
                    reply = errorReply(500, "api_error", null, "Never sent.");
                } else {
                    reply = replayOrPerform(key, method + " " + path + " " + params, operation, path, params, fault);
                }
                reply = new Reply(reply.status(), reply.body().deepCopy());
                checkAgainstContract("response to " + operation, reply.body());
            }
            if (silent) {
                await(wait);
                return;
            }
            sendReply(exchange, reply);
        }
    }

    /**
     * Replays the response that is stored under the key, or performs the call. A response to invalid parameters is
     * replayed too, which makes no difference: the call has no effect either way.
     */
    private Reply replayOrPerform(
            String key, String call, String operation, String path, Map<String, String> params, Fault fault) {
        StoredReply before = key == null ? null : repliesByKey.get(key);
        if (before != null) {
            return before.requestLine().equals(call)
                    ? before.reply()
                    : errorReply(400, "idempotency_error", null, "Keys can only be used with the same parameters.");
        }
        Reply reply = fault == Fault.ERROR_BEFORE ? null : perform(operation, path, params);
        Reply stored = fault == Fault.ERROR_BEFORE || fault == Fault.ERROR_AFTER
                ? errorReply(500, "api_error", null, "Something went wrong on Stripe's end.")
                : reply;
        if (key != null) {
            repliesByKey.put(
                    key,
                    new StoredReply(
                            call, new Reply(stored.status(), stored.body().deepCopy())));
        }
        return stored;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void sendReply(HttpExchange exchange, Reply reply) throws IOException {
        byte[] body = JSON.writeValueAsBytes(reply.body());
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("Request-Id", "req_standin");
        exchange.sendResponseHeaders(reply.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    private void checkAgainstContract(String what, ObjectNode body) {
        List<String> faults = StripeContract.validateResponse(body);
        if (!faults.isEmpty()) {
            contractViolations.add("%s: %s".formatted(what, faults));
        }
    }

    private static Map<String, String> parseForm(String form) {
        Map<String, String> params = new TreeMap<>();
        for (String pair : form.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                params.put(
                        URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return params;
    }

    private static String operationOf(String method, String path) {
        String[] parts = path.split("/");
        boolean get = method.equals("GET");
        if (parts.length > 2 && parts[2].equals("refunds")) {
            return !get ? "refund" : parts.length > 3 ? "retrieve_refund" : "list_refunds";
        }
        return switch (parts.length) {
            case 3 -> "create";
            case 4 -> "retrieve";
            default -> parts[4];
        };
    }

    private Reply perform(String operation, String path, Map<String, String> params) {
        String[] parts = path.split("/");
        switch (operation) {
            case "create" -> {
                return create(params);
            }
            case "refund" -> {
                return refund(params);
            }
            case "list_refunds" -> {
                return listRefunds(params);
            }
            case "retrieve_refund" -> {
                return refunds.containsKey(parts[3]) ? new Reply(200, refunds.get(parts[3])) : notFoundReply("refund");
            }
            default -> {
                // An operation of one intent.
            }
        }
        ObjectNode intent = intents.get(parts[3]);
        if (intent == null) {
            return notFoundReply("payment_intent");
        }
        return switch (operation) {
            case "retrieve" -> new Reply(200, intent);
            case "confirm" -> confirm(intent, params);
            case "capture" -> capture(intent, params);
            case "cancel" -> cancel(intent);
            default -> errorReply(404, "invalid_request_error", null, "Unrecognized request URL.");
        };
    }

    private Reply create(Map<String, String> params) {
        long amount = Long.parseLong(params.get("amount"));
        if (amount < 30) {
            return errorReply(400, "invalid_request_error", "amount_too_small", "Amount must be at least 30 pence.");
        }
        String id = "pi_" + idPrefix + idSequence.incrementAndGet();
        ObjectNode intent = JSON.createObjectNode();
        intent.put("id", id)
                .put("object", "payment_intent")
                .put("amount", amount)
                .put("amount_capturable", 0)
                .put("amount_received", 0)
                .put("capture_method", params.getOrDefault("capture_method", "automatic_async"))
                .put("client_secret", id + "_secret_standin")
                .put("confirmation_method", "automatic")
                .put("created", Instant.now().getEpochSecond())
                .put("currency", params.get("currency"))
                .put("livemode", false)
                .put("status", "requires_payment_method");
        intent.putArray("payment_method_types").add("card");
        intent.putNull("next_action");
        intent.putNull("last_payment_error");
        copyMetadata(intent, params);
        intents.put(id, intent);
        event("payment_intent.created", intent);
        return new Reply(200, intent);
    }

    private static void copyMetadata(ObjectNode object, Map<String, String> params) {
        ObjectNode metadata = object.putObject("metadata");
        params.forEach((name, value) -> {
            if (name.startsWith("metadata[")) {
                metadata.put(name.substring("metadata[".length(), name.length() - 1), value);
            }
        });
    }

    private Reply confirm(ObjectNode intent, Map<String, String> params) {
        String status = intent.path("status").asText();
        if (!status.equals("requires_payment_method") && !status.equals("requires_confirmation")) {
            return unexpectedStateReply(intent, "confirm");
        }
        switch (String.valueOf(params.get("payment_method"))) {
            case VISA -> charge(intent);
            case AUTHENTICATION_REQUIRED -> {
                intent.put("status", "requires_action");
                intent.putObject("next_action")
                        .put("type", "use_stripe_sdk")
                        .putObject("use_stripe_sdk")
                        .put("type", "three_d_secure_redirect");
                event("payment_intent.requires_action", intent);
            }
            case DECLINED -> {
                decline(intent, "card_declined");
                Reply declined = errorReply(402, "card_error", "card_declined", "Your card was declined.");
                ((ObjectNode) declined.body().path("error")).put("decline_code", "generic_decline");
                ((ObjectNode) declined.body().path("error")).set("payment_intent", intent.deepCopy());
                return declined;
            }
            default -> {
                return notFoundReply("payment_method");
            }
        }
        return new Reply(200, intent);
    }

    private void charge(ObjectNode intent) {
        long amount = intent.path("amount").asLong() - amountShortfall;
        if (intent.path("capture_method").asText().equals("manual")) {
            intent.put("status", "requires_capture").put("amount_capturable", amount);
            event("payment_intent.amount_capturable_updated", intent);
        } else {
            intent.put("status", "succeeded").put("amount_received", amount);
            event("payment_intent.succeeded", intent);
        }
    }

    private void decline(ObjectNode intent, String code) {
        intent.put("status", "requires_payment_method");
        intent.putObject("last_payment_error")
                .put("type", "card_error")
                .put("code", code)
                .put("message", "Declined.");
        event("payment_intent.payment_failed", intent);
    }

    private Reply capture(ObjectNode intent, Map<String, String> params) {
        if (!intent.path("status").asText().equals("requires_capture")) {
            return unexpectedStateReply(intent, "capture");
        }
        long amount = Optional.ofNullable(params.get("amount_to_capture"))
                .map(Long::parseLong)
                .orElse(intent.path("amount_capturable").asLong());
        if (amount > intent.path("amount_capturable").asLong()) {
            return errorReply(400, "invalid_request_error", "amount_too_large", "More than is capturable.");
        }
        intent.put("status", "succeeded").put("amount_received", amount).put("amount_capturable", 0);
        event("payment_intent.succeeded", intent);
        return new Reply(200, intent);
    }

    private Reply cancel(ObjectNode intent) {
        switch (intent.path("status").asText()) {
            case "succeeded", "canceled", "processing" -> {
                return unexpectedStateReply(intent, "cancel");
            }
            default -> {
                intent.put("status", "canceled")
                        .put("amount_capturable", 0)
                        .put("canceled_at", Instant.now().getEpochSecond());
                event("payment_intent.canceled", intent);
                return new Reply(200, intent);
            }
        }
    }

    private Reply refund(Map<String, String> params) {
        ObjectNode intent = intents.get(params.get("payment_intent"));
        if (intent == null) {
            return notFoundReply("payment_intent");
        }
        long amount = Long.parseLong(params.get("amount"));
        long before = refunds.values().stream()
                .filter(refund -> refund.path("payment_intent").equals(intent.path("id")))
                .filter(FakeStripe::isNotFailed)
                .mapToLong(refund -> refund.path("amount").asLong())
                .sum();
        if (before + amount > intent.path("amount_received").asLong()) {
            return errorReply(400, "invalid_request_error", "charge_already_refunded", "More than is left.");
        }
        String id = "re_" + idPrefix + idSequence.incrementAndGet();
        ObjectNode refund = JSON.createObjectNode();
        refund.put("id", id)
                .put("object", "refund")
                .put("amount", amount)
                .put("created", Instant.now().getEpochSecond())
                .put("currency", intent.path("currency").asText())
                .put("payment_intent", intent.path("id").asText())
                .put("status", "succeeded");
        copyMetadata(refund, params);
        refunds.put(id, refund);
        event("charge.refunded", charge(id, intent, before + amount));
        return new Reply(200, refund);
    }

    private static boolean isNotFailed(ObjectNode refund) {
        return !refund.path("status").asText().equals("failed");
    }

    private static ObjectNode charge(String id, ObjectNode intent, long refunded) {
        long received = intent.path("amount_received").asLong();
        ObjectNode charge = JSON.createObjectNode();
        charge.put("id", "ch_" + id)
                .put("object", "charge")
                .put("amount", intent.path("amount").asLong())
                .put("amount_captured", received)
                .put("amount_refunded", refunded)
                .put("captured", true)
                .put("created", intent.path("created").asLong())
                .put("currency", intent.path("currency").asText())
                .put("disputed", false)
                .put("livemode", false)
                .put("paid", true)
                .put("payment_intent", intent.path("id").asText())
                .put("refunded", refunded == received)
                .put("status", "succeeded")
                .set("metadata", intent.path("metadata").deepCopy());
        charge.putObject("billing_details")
                .putNull("address")
                .putNull("email")
                .putNull("name")
                .putNull("phone");
        return charge;
    }

    private Reply listRefunds(Map<String, String> params) {
        ObjectNode list = JSON.createObjectNode();
        list.put("object", "list").put("has_more", false).put("url", "/v1/refunds");
        ArrayNode data = list.putArray("data");
        refunds.values().stream()
                .filter(refund -> refund.path("payment_intent").asText().equals(params.get("payment_intent")))
                .forEach(data::add);
        return new Reply(200, list);
    }

    private void event(String type, ObjectNode object) {
        ObjectNode event = JSON.createObjectNode();
        event.put("id", "evt_" + idPrefix + idSequence.incrementAndGet())
                .put("object", "event")
                .put("api_version", Stripe.API_VERSION)
                .put("created", Instant.now().getEpochSecond())
                .put("livemode", false)
                .put("pending_webhooks", 1)
                .put("type", type);
        event.putObject("data").set("object", object.deepCopy());
        checkAgainstContract("event " + type, event);
        events.add(event);
    }

    private static Reply unexpectedStateReply(ObjectNode intent, String operation) {
        Reply reply = errorReply(
                400,
                "invalid_request_error",
                "payment_intent_unexpected_state",
                "You cannot %s this PaymentIntent because it has a status of %s."
                        .formatted(operation, intent.path("status").asText()));
        ((ObjectNode) reply.body().path("error")).set("payment_intent", intent.deepCopy());
        return reply;
    }

    private static Reply invalidRequestReply(StripeContract.InvalidRequest invalidRequest) {
        Reply reply =
                errorReply(400, "invalid_request_error", invalidRequest.code().orElse(null), invalidRequest.message());
        ((ObjectNode) reply.body().path("error")).put("param", invalidRequest.param());
        return reply;
    }

    private static Reply notFoundReply(String what) {
        return errorReply(
                what.equals("payment_method") ? 400 : 404,
                "invalid_request_error",
                "resource_missing",
                "No such " + what);
    }

    private static Reply errorReply(int status, String type, String code, String message) {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode error = body.putObject("error").put("type", type).put("message", message);
        if (code != null) {
            error.put("code", code);
        }
        return new Reply(status, body);
    }
}
