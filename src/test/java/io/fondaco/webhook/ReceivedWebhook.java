package io.fondaco.webhook;

import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A request as the receiver got it. */
final class ReceivedWebhook {
    private final String path;
    private final Map<String, String> headers;
    private final String body;
    private volatile boolean pending = true;

    /** @param headers the headers by their names in lower case */
    ReceivedWebhook(String path, Map<String, String> headers, String body) {
        this.path = path;
        this.headers = Map.copyOf(headers);
        this.body = body;
    }

    String path() {
        return path;
    }

    String header(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }

    String id() {
        return header("webhook-id");
    }

    List<String> signatures() {
        return List.of(header("webhook-signature").split(" "));
    }

    String body() {
        return body;
    }

    JsonPath json() {
        return JsonPath.from(body);
    }

    String type() {
        return json().getString("type");
    }

    String subject() {
        return json().getString("subject");
    }

    long sequence() {
        return json().getLong("sequence");
    }

    /** Whether the request was neither answered nor aborted by the client. */
    boolean isPending() {
        return pending;
    }

    void markEnded() {
        pending = false;
    }
}
