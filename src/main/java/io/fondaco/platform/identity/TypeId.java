package io.fondaco.platform.identity;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.util.Arrays;
import java.util.UUID;

/**
 * The text form of identifiers: {@code prefix_} and a UUID in 26 characters of Crockford's base 32, as in the TypeID
 * specification 0.3. The database stores the plain {@code uuid}.
 */
public final class TypeId {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int SUFFIX_LENGTH = 26;
    private static final int BITS_PER_CHARACTER = 5;
    private static final byte[] VALUES = new byte[128];
    private static final TimeBasedEpochGenerator UUIDS = Generators.timeBasedEpochGenerator();

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int value = 0; value < ALPHABET.length(); value++) {
            VALUES[ALPHABET.charAt(value)] = (byte) value;
        }
    }

    private TypeId() {}

    /** Returns a new UUIDv7, which sorts by its creation time to the millisecond. */
    public static UUID newUuid() {
        return UUIDS.generate();
    }

    public static String format(String prefix, UUID uuid) {
        char[] suffix = new char[SUFFIX_LENGTH];
        long high = uuid.getMostSignificantBits();
        long low = uuid.getLeastSignificantBits();
        for (int position = SUFFIX_LENGTH - 1; position >= 0; position--) {
            suffix[position] = ALPHABET.charAt((int) (low & 31));
            low = (low >>> BITS_PER_CHARACTER) | (high << (Long.SIZE - BITS_PER_CHARACTER));
            high >>>= BITS_PER_CHARACTER;
        }
        return prefix + "_" + new String(suffix);
    }

    /** Whether the text has the shape of an identifier with this prefix. */
    public static boolean matches(String prefix, String text) {
        if (text.length() != prefix.length() + 1 + SUFFIX_LENGTH
                || !text.startsWith(prefix)
                || text.charAt(prefix.length()) != '_') {
            return false;
        }
        int start = prefix.length() + 1;
        for (int position = start; position < text.length(); position++) {
            char character = text.charAt(position);
            if (character >= VALUES.length || VALUES[character] < 0) {
                return false;
            }
        }
        // 26 characters hold 130 bits; the first may carry only three of them.
        return VALUES[text.charAt(start)] <= 7;
    }

    /**
     * @throws InvalidId if the text is not an identifier with this prefix
     */
    public static UUID parse(String prefix, String text) {
        if (!matches(prefix, text)) {
            throw new InvalidId(prefix, text);
        }
        long high = 0;
        long low = 0;
        for (int position = prefix.length() + 1; position < text.length(); position++) {
            high = (high << BITS_PER_CHARACTER) | (low >>> (Long.SIZE - BITS_PER_CHARACTER));
            low = (low << BITS_PER_CHARACTER) | VALUES[text.charAt(position)];
        }
        return new UUID(high, low);
    }
}
