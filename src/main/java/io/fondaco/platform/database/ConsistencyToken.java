package io.fondaco.platform.database;

import io.fondaco.platform.identity.Hmac;
import io.fondaco.platform.topology.Position;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;

/**
 * A signed WAL position that a client stores and sends back: {@code <timeline, 8 hex digits><LSN, 16 hex
 * digits>-<signature>}. A client sends its token with every request and replaces it with the token of the response. Of
 * two tokens from concurrent requests, the later one is the one that sorts later as text. The rest of the format is
 * opaque to clients.
 */
final class ConsistencyToken {
    /** Sent by a client that has no token yet but wants its reads not to go back in time from now on. */
    static final String START = "start";

    private static final String PURPOSE = "fondaco-consistency-1 ";
    private static final int SIGNATURE_BYTES = 16;
    private static final int HEX = 16;
    private static final Pattern FORMAT = Pattern.compile("([0-9a-f]{8})([0-9a-f]{16})-([A-Za-z0-9_-]{22})");

    private ConsistencyToken() {}

    static String sign(Position position, SecretKeySpec key) {
        String positionText = "%08x%016x".formatted(position.timeline(), position.lsn());
        return positionText + "-" + signature(positionText, key);
    }

    /** Returns the position of the token; empty if it is malformed or was not signed with this key. */
    static Optional<Position> verify(String token, SecretKeySpec key) {
        if (token.equals(START)) {
            return Optional.of(Position.START);
        }
        Matcher matcher = FORMAT.matcher(token);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String expected = signature(matcher.group(1) + matcher.group(2), key);
        boolean valid = MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), matcher.group(3).getBytes(StandardCharsets.US_ASCII));
        return valid
                ? Optional.of(
                        new Position(Integer.parseInt(matcher.group(1), HEX), Long.parseLong(matcher.group(2), HEX)))
                : Optional.empty();
    }

    private static String signature(String positionText, SecretKeySpec key) {
        byte[] whole = Hmac.of((PURPOSE + positionText).getBytes(StandardCharsets.US_ASCII), key);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(whole, SIGNATURE_BYTES));
    }
}
