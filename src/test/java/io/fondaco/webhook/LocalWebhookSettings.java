package io.fondaco.webhook;

import java.util.Map;

/** Settings with which the application calls receivers on this machine, without TLS, and gives up within seconds. */
public final class LocalWebhookSettings {
    static final int MAX_ENDPOINTS = 12;

    private LocalWebhookSettings() {}

    public static Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("fondaco.webhook.allow-http", "true"),
                Map.entry("fondaco.webhook.allowed-addresses", "127.0.0.0/8"),
                Map.entry(
                        "fondaco.webhook.retry-schedule",
                        "200ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms"),
                Map.entry("fondaco.webhook.timeout", "3s"),
                Map.entry("fondaco.webhook.disable-after", "2s"),
                Map.entry("fondaco.webhook.max-endpoints", Integer.toString(MAX_ENDPOINTS)));
    }
}
