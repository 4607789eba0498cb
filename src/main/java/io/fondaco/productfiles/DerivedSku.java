package io.fondaco.productfiles;

import io.fondaco.platform.identity.Secret;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Derives a SKU for a variant without one: the handle and the option values, joined by hyphens. The same file always
 * gives the same SKUs. If the result is ambiguous (a value has characters other than letters and digits) or too long,
 * eight hexadecimal digits of a hash of the exact values follow.
 */
public final class DerivedSku {
    private static final int HASH_BYTES = 4;
    private static final int HASH_LENGTH = 1 + 2 * HASH_BYTES;

    private DerivedSku() {}

    static String of(String handle, List<String> optionValues) {
        StringBuilder sku = new StringBuilder(handle);
        boolean ambiguous = false;
        for (String value : optionValues) {
            sku.append('-').append(value.replaceAll("[^\\p{L}\\p{N}]+", "-"));
            ambiguous |= !value.matches("[\\p{L}\\p{N}]+");
        }
        if (!ambiguous && sku.length() <= RowReader.MAX_SKU_LENGTH) {
            return sku.toString();
        }
        int length = Math.min(sku.length(), RowReader.MAX_SKU_LENGTH - HASH_LENGTH);
        if (Character.isHighSurrogate(sku.charAt(length - 1))) {
            length--;
        }
        return sku.substring(0, length) + "-" + hash(handle, optionValues);
    }

    /**
     * The first SKU that is not taken: the derived SKU, the same with the hash, or the same with a number appended.
     */
    static String firstAvailable(String handle, List<String> optionValues, Set<String> taken) {
        List<String> candidates = candidates(handle, optionValues);
        for (String candidate : candidates) {
            if (!taken.contains(candidate)) {
                return candidate;
            }
        }
        int number = 2;
        while (taken.contains(candidates.getLast() + "-" + number)) {
            number++;
        }
        return candidates.getLast() + "-" + number;
    }

    /** The SKUs that {@link #firstAvailable} tries first. */
    public static List<String> candidates(String handle, List<String> optionValues) {
        String plain = of(handle, optionValues);
        String hash = "-" + hash(handle, optionValues);
        if (plain.endsWith(hash)) {
            return List.of(plain);
        }
        return plain.length() + hash.length() <= RowReader.MAX_SKU_LENGTH
                ? List.of(plain, plain + hash)
                : List.of(plain);
    }

    private static String hash(String handle, List<String> optionValues) {
        byte[] exact = (handle + "\u001f" + String.join("\u001f", optionValues)).getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Secret.hash(exact), 0, HASH_BYTES);
    }
}
