package io.fondaco.webhook;

import io.fondaco.platform.database.Connections;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Secrets of endpoints and the signatures made with them, by the Standard Webhooks specification. A secret is derived from
 * the master key, the endpoint and a count of its rotations: it is shown when it is made, and never stored.
 */
@ApplicationScoped
class WebhookSecrets {
    private static final String HMAC = "HmacSHA256";
    private static final int SHORTEST = 32;

    private final Connections connections;
    private volatile @Nullable SecretKeySpec master;

    WebhookSecrets(WebhookSettings settings, Connections connections) {
        this.connections = connections;
        settings.secretKey().ifPresent(key -> {
            if (key.length() < SHORTEST) {
                throw new IllegalArgumentException(
                        "fondaco.webhook.secret-key needs at least %d characters".formatted(SHORTEST));
            }
            master = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), HMAC);
        });
    }

    /** {@code whsec_…}, as the endpoint's owner is told. */
    String secret(UUID endpoint, int generation) {
        return "whsec_" + Base64.getEncoder().encodeToString(key(endpoint, generation));
    }

    /**
     * The {@code webhook-signature} of a message.
     *
     * @param generations of the secrets that are alive, the newest first
     */
    String signature(UUID endpoint, List<Integer> generations, String id, long timestamp, String body) {
        byte[] content = "%s.%d.%s".formatted(id, timestamp, body).getBytes(StandardCharsets.UTF_8);
        return generations.stream()
                .map(generation -> "v1,"
                        + Base64.getEncoder()
                                .encodeToString(mac(new SecretKeySpec(key(endpoint, generation), HMAC), content)))
                .collect(Collectors.joining(" "));
    }

    private byte[] key(UUID endpoint, int generation) {
        return mac(master(), "%s:%d".formatted(endpoint, generation).getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] mac(SecretKeySpec key, byte[] content) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
    }

    private SecretKeySpec master() {
        SecretKeySpec known = master;
        if (known == null) {
            known = load();
            master = known;
        }
        return known;
    }

    private SecretKeySpec load() {
        try (Connection connection = connections.toPrimaryOrReplica();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT secret FROM webhook.master_key")) {
            if (!row.next()) {
                throw new IllegalStateException("There is no key to derive the secrets of webhooks from");
            }
            return new SecretKeySpec(row.getBytes(1), HMAC);
        } catch (SQLException e) {
            throw new IllegalStateException("The key of webhooks' secrets cannot be read", e);
        }
    }
}
