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
 * A position on its way through a client, signed: {@code <timeline, 8 hex digits><LSN, 16 hex digits>-<signature>}. A
 * client sends its token with every request and takes the one that it is answered in its place; of two that it got for
 * requests under way together, the one that sorts later, as text, is the later one. More there is not to be read out of it.
 */
final class ConsistencyToken {
    /** What a client sends that has no token yet, and wants its reads not to go back in time from now on. */
    static final String START = "start";

    private static final String PURPOSE = "fondaco-consistency-1 ";
    private static final int SIGNATURE_BYTES = 16;
    private static final int HEX = 16;
    private static final Pattern FORMAT = Pattern.compile("([0-9a-f]{8})([0-9a-f]{16})-([A-Za-z0-9_-]{22})");

    private ConsistencyToken() {}

    static String sign(Position position, SecretKeySpec key) {
        String place = "%08x%016x".formatted(position.timeline(), position.lsn());
        return place + "-" + signature(place, key);
    }

    /** The position it stands for; empty for what was not signed with this key, or is no token at all. */
    static Optional<Position> verify(String token, SecretKeySpec key) {
        if (token.equals(START)) {
            return Optional.of(Position.START);
        }
        Matcher form = FORMAT.matcher(token);
        if (!form.matches()) {
            return Optional.empty();
        }
        String expected = signature(form.group(1) + form.group(2), key);
        boolean genuine = MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), form.group(3).getBytes(StandardCharsets.US_ASCII));
        return genuine
                ? Optional.of(new Position(Integer.parseInt(form.group(1), HEX), Long.parseLong(form.group(2), HEX)))
                : Optional.empty();
    }

    private static String signature(String place, SecretKeySpec key) {
        byte[] whole = Hmac.of((PURPOSE + place).getBytes(StandardCharsets.US_ASCII), key);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(whole, SIGNATURE_BYTES));
    }
}
