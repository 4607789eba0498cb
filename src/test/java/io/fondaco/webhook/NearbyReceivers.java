package io.fondaco.webhook;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Calls receivers on this machine, without TLS, and loses patience within seconds. */
public class NearbyReceivers implements QuarkusTestProfile {
    static final int MOST_ENDPOINTS = 12;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.ofEntries(
                Map.entry("fondaco.webhook.allow-http", "true"),
                Map.entry("fondaco.webhook.allowed-addresses", "127.0.0.0/8"),
                Map.entry(
                        "fondaco.webhook.retry-schedule",
                        "200ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms,400ms"),
                Map.entry("fondaco.webhook.timeout", "3s"),
                Map.entry("fondaco.webhook.check-interval", "100ms"),
                Map.entry("fondaco.webhook.disable-after", "2s"),
                Map.entry("fondaco.webhook.previous-secret", "3s"),
                Map.entry("fondaco.webhook.max-endpoints", Integer.toString(MOST_ENDPOINTS)));
    }
}
