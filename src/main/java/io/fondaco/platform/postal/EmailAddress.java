package io.fondaco.platform.postal;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Validates and normalizes e-mail addresses. The normalized form, which is stored, has no surrounding white space or
 * invisible characters, as pasted text often has, and its domain is in lower case and ASCII ({@code xn--…}), because
 * most mail servers accept only that (RFC 5891). {@link IDN} implements the older RFC 3490, which replaces the letters
 * ß and ς of a domain and so makes another domain of it; such a domain is refused unless it is given in ASCII.
 * Invisible characters inside an address are refused, because two different addresses would look the same.
 */
public final class EmailAddress {
    /** Maximum number of characters in an address (RFC 5321 section 4.5.3.1). */
    public static final int MAX_LENGTH = 254;

    private EmailAddress() {}

    /** The text must be empty or a valid address. */
    @Constraint(validatedBy = EmailAddressValidator.class)
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER})
    public @interface ValidEmail {
        String message() default "must be an e-mail address";

        Class<?>[] groups() default {};

        Class<? extends Payload>[] payload() default {};
    }

    /** Returns the form that is stored and used for sending; empty if the text is not a valid address. */
    public static Optional<String> normalize(String text) {
        return EmailAddressValidator.normalize(text);
    }

    /** Returns the form to send to, also for an address that was stored before normalization was introduced. */
    public static String toDeliverable(String stored) {
        return EmailAddressValidator.normalize(stored).orElse(stored);
    }

    /** Returns the form in which equal addresses compare as equal: the local part is in lower case too. */
    public static String toComparisonKey(String address) {
        return toDeliverable(address).strip().toLowerCase(Locale.ROOT);
    }

    /** Validates an address. */
    public static final class EmailAddressValidator implements ConstraintValidator<ValidEmail, String> {
        private static final int MAX_LOCAL_PART_LENGTH = 64;

        /** The dot-atom of RFC 5322, extended to letters of other scripts. Quoted local parts are not accepted. */
        private static final Pattern LOCAL_PART = Pattern.compile(
                "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+(\\.[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+)*");

        private static final Pattern DOMAIN =
                Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

        /** Also the capital ß, whose lower case is ß. */
        private static final Pattern LETTERS_THAT_IDN_REPLACES = Pattern.compile("[ß\u1E9Eς]");

        @Override
        public boolean isValid(@Nullable String value, ConstraintValidatorContext context) {
            return value == null || value.isEmpty() || normalize(value).isPresent();
        }

        private static Optional<String> normalize(String text) {
            String address = Normalizer.normalize(stripInvisible(text), Normalizer.Form.NFC);
            int at = address.lastIndexOf('@');
            if (at < 1
                    || at > MAX_LOCAL_PART_LENGTH
                    || address.codePoints().anyMatch(EmailAddressValidator::isInvisible)) {
                return Optional.empty();
            }
            String localPart = address.substring(0, at);
            return LOCAL_PART.matcher(localPart).matches()
                    ? normalizeDomain(address.substring(at + 1))
                            .map(domain -> localPart + "@" + domain)
                            .filter(whole -> whole.length() <= MAX_LENGTH)
                    : Optional.empty();
        }

        private static Optional<String> normalizeDomain(String text) {
            if (LETTERS_THAT_IDN_REPLACES.matcher(text).find()) {
                return Optional.empty();
            }
            try {
                String ascii = IDN.toASCII(text, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
                return Optional.of(ascii)
                        .filter(domain -> DOMAIN.matcher(domain).matches());
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }

        private static String stripInvisible(String text) {
            int begin = 0;
            int end = text.length();
            while (begin < end && isInvisible(text.codePointAt(begin))) {
                begin += Character.charCount(text.codePointAt(begin));
            }
            while (end > begin && isInvisible(text.codePointBefore(end))) {
                end -= Character.charCount(text.codePointBefore(end));
            }
            return text.substring(begin, end);
        }

        /**
         * White space, control characters, and default-ignorable characters of Unicode that are in none of the listed
         * categories.
         */
        private static boolean isInvisible(int character) {
            return switch (Character.getType(character)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.PRIVATE_USE,
                        Character.SPACE_SEPARATOR,
                        Character.SURROGATE,
                        Character.UNASSIGNED -> true;
                default ->
                    character == 0x034F // combining grapheme joiner
                            || character == 0x115F // Hangul fillers
                            || character == 0x1160
                            || character == 0x3164
                            || character == 0xFFA0
                            || character == 0x17B4 // Khmer inherent vowels
                            || character == 0x17B5
                            || character == 0x2800 // an empty braille pattern
                            || (character >= 0x180B && character <= 0x180F) // variation selectors
                            || (character >= 0xFE00 && character <= 0xFE0F)
                            || (character >= 0xE0100 && character <= 0xE01EF);
            };
        }
    }
}
