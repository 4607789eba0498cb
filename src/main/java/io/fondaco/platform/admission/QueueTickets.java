package io.fondaco.platform.admission;

import io.fondaco.platform.database.SharedKey;
import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.topology.Topology;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Proof of when somebody first came, for whichever pod they come to next: the time, signed. */
@ApplicationScoped
class QueueTickets {
    private static final int SIGNATURE_BYTES = 12;
    private static final int MAX_LENGTH = 64;

    private final SharedKey key;
    private final AdmissionSettings settings;

    QueueTickets(Topology topology, AdmissionSettings settings) {
        this.key = new SharedKey(topology, "fondaco.admission.secret", settings.secret(), "database.token_key");
        this.settings = settings;
    }

    /** Empty while no database has been there to read the key from. */
    Optional<String> issue(Instant came) {
        return key.get().map(signing -> came.toEpochMilli() + "." + sign(came.toEpochMilli(), signing));
    }

    /** When its bearer first came: now for who has none, or one that is not ours, or too old. */
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
            Instant came = Instant.ofEpochMilli(millis);
            boolean ours = MessageDigest.isEqual(
                    sign(millis, signing.get()).getBytes(StandardCharsets.US_ASCII),
                    ticket.substring(dot + 1).getBytes(StandardCharsets.US_ASCII));
            return ours && came.isBefore(now) && came.isAfter(now.minus(settings.ticketAge())) ? came : now;
        } catch (NumberFormatException _) {
            return now;
        }
    }

    private static String sign(long millis, SecretKeySpec signing) {
        byte[] signature = Hmac.of(("place in line " + millis).getBytes(StandardCharsets.US_ASCII), signing);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(signature, SIGNATURE_BYTES));
    }
}
