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
 * The one rule of e-mail addresses. An address is stored in its normal form: without the blanks and invisible
 * characters around it that pasted text has, its domain in small letters and ASCII ({@code xn--…}), because most mail
 * servers take no other (RFC 5891; {@link IDN} does the older RFC 3490, which differs for few letters, such as ß). What
 * is invisible inside an address is refused: it would make two addresses that look the same.
 */
public final class EmailAddress {
    /** Characters in an address at most (RFC 5321 section 4.5.3.1). */
    public static final int MAX_LENGTH = 254;

    private EmailAddress() {}

    /** The text is empty or has a normal form. */
    @Constraint(validatedBy = EmailAddressValidator.class)
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER})
    public @interface ValidEmail {
        String message() default "must be an e-mail address";

        Class<?>[] groups() default {};

        Class<? extends Payload>[] payload() default {};
    }

    /** The form that is stored and sent to; empty when the text is no address. */
    public static Optional<String> normalize(String text) {
        return EmailAddressValidator.normalize(text);
    }

    /** The form that is sent to: of an address that was stored before this rule was there, too. */
    public static String toDeliverable(String stored) {
        return EmailAddressValidator.normalize(stored).orElse(stored);
    }

    /** The form by which two addresses are the same: also the name is in small letters. */
    public static String toComparisonKey(String address) {
        return toDeliverable(address).strip().toLowerCase(Locale.ROOT);
    }

    /** Applies the rule. */
    public static final class EmailAddressValidator implements ConstraintValidator<ValidEmail, String> {
        private static final int MAX_NAME_LENGTH = 64;

        /** The dot-atom of RFC 5322, and letters of other scripts. Quoted names are not accepted. */
        private static final Pattern NAME = Pattern.compile(
                "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+(\\.[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+)*");

        private static final Pattern DOMAIN =
                Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

        @Override
        public boolean isValid(@Nullable String value, ConstraintValidatorContext context) {
            return value == null || value.isEmpty() || normalize(value).isPresent();
        }

        private static Optional<String> normalize(String text) {
            String address = Normalizer.normalize(stripInvisible(text), Normalizer.Form.NFC);
            int at = address.lastIndexOf('@');
            if (at < 1 || at > MAX_NAME_LENGTH || address.codePoints().anyMatch(EmailAddressValidator::isInvisible)) {
                return Optional.empty();
            }
            String name = address.substring(0, at);
            return NAME.matcher(name).matches()
                    ? normalizeDomain(address.substring(at + 1))
                            .map(domain -> name + "@" + domain)
                            .filter(whole -> whole.length() <= MAX_LENGTH)
                    : Optional.empty();
        }

        private static Optional<String> normalizeDomain(String text) {
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

        /** Blanks, controls, and what Unicode calls default-ignorable, as far as it is not of those categories. */
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
