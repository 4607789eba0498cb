package io.fondaco.platform.admission;

import io.fondaco.platform.database.SharedKey;
import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Issues and checks queue tickets: a signed timestamp of a client's first arrival, valid on every pod. */
@ApplicationScoped
class QueueTickets {
    private static final int SIGNATURE_BYTES = 12;
    private static final int MAX_LENGTH = 64;

    /** How long a ticket keeps its place in the order. */
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    private final SharedKey key;

    QueueTickets(Topology topology, AdmissionSettings settings) {
        this.key = new SharedKey(topology, "fondaco.admission.secret", settings.secret(), "database.token_key");
    }

    /** Empty until the signing key has been read from the database. */
    Optional<String> issue(Instant arrivedAt) {
        return key.get().map(signing -> arrivedAt.toEpochMilli() + "." + sign(arrivedAt.toEpochMilli(), signing));
    }

    /** The first arrival of the client; now if the ticket is absent, too old or not signed with our key. */
    Instant arrivalTime(@Nullable String ticket) {
        Instant now = Instant.now();
        if (ticket == null || ticket.length() > MAX_LENGTH) {
            return now;
        }
        int dot = ticket.indexOf('.');
        Optional<SecretKeySpec> signing = key.get();
        if (dot < 1 || signing.isEmpty()) {
            return now;
        }
        try {
            long millis = Long.parseLong(ticket.substring(0, dot));
            Instant arrivedAt = Instant.ofEpochMilli(millis);
            boolean validSignature = MessageDigest.isEqual(
                    sign(millis, signing.get()).getBytes(StandardCharsets.US_ASCII),
                    ticket.substring(dot + 1).getBytes(StandardCharsets.US_ASCII));
            return validSignature && arrivedAt.isBefore(now) && arrivedAt.isAfter(now.minus(MAX_AGE)) ? arrivedAt : now;
        } catch (NumberFormatException _) {
            return now;
        }
    }

    private static String sign(long millis, SecretKeySpec signing) {
        byte[] signature = Hmac.of(("place in line " + millis).getBytes(StandardCharsets.US_ASCII), signing);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(signature, SIGNATURE_BYTES));
    }
}
