package io.fondaco.webhook;

import io.fondaco.platform.database.SharedKey;
import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signing secrets of endpoints and their signatures, as in the Standard Webhooks specification. A secret is derived
 * from the master key, the endpoint and its number of rotations. It is returned when it is created and never stored.
 */
@ApplicationScoped
class WebhookSecrets {
    private final SharedKey master;

    WebhookSecrets(WebhookSettings settings, Topology topology) {
        this.master = new SharedKey(topology, "fondaco.webhook.secret-key", settings.secretKey(), "webhook.master_key");
    }

    /** The secret in the format for the owner of the endpoint: {@code whsec_…}. */
    String secret(UUID endpoint, int generation) {
        return "whsec_" + Base64.getEncoder().encodeToString(key(endpoint, generation));
    }

    /**
     * The {@code webhook-signature} of a message.
     *
     * @param generations the generations of the valid secrets, the newest first
     */
    String signature(UUID endpoint, List<Integer> generations, String id, long timestamp, String body) {
        byte[] content = "%s.%d.%s".formatted(id, timestamp, body).getBytes(StandardCharsets.UTF_8);
        return generations.stream()
                .map(generation -> "v1,"
                        + Base64.getEncoder().encodeToString(Hmac.of(content, Hmac.key(key(endpoint, generation)))))
                .collect(Collectors.joining(" "));
    }

    private byte[] key(UUID endpoint, int generation) {
        SecretKeySpec masterKey = master.get()
                .orElseThrow(() -> new IllegalStateException("The master key of the webhook secrets cannot be read"));
        return Hmac.of("%s:%d".formatted(endpoint, generation).getBytes(StandardCharsets.UTF_8), masterKey);
    }
}
