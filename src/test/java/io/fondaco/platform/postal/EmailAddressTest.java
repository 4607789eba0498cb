package io.fondaco.platform.postal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {
    @Test
    void domainIsNormalizedToLowerCasePunycode() {
        Map.of(
                        "Ada@Example.ORG", "Ada@example.org",
                        "a@m\u00fcller.de", "a@xn--mller-kva.de",
                        "a@M\u00dcLLER.de", "a@xn--mller-kva.de",
                        "a@mu\u0308ller.de", "a@xn--mller-kva.de",
                        "a@\u4f8b\u3048.jp", "a@xn--r8jz45g.jp",
                        "a@localhost", "a@localhost",
                        "o'neil+tag@example.org", "o'neil+tag@example.org")
                .forEach((text, normal) ->
                        assertThat(EmailAddress.normalize(text)).as(text).contains(normal));
    }

    @Test
    void normalizedAddressIsUnchanged() {
        String normal = EmailAddress.normalize("a@m\u00fcller.de").orElseThrow();
        assertThat(EmailAddress.normalize(normal)).contains(normal);
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\t", "\u00a0", "\u200b", "\ufeff", "\u2060", "\u3164", "\u00ad"})
    void invisibleCharactersAreStrippedAroundAnAddressAndRefusedInside(String invisible) {
        assertThat(EmailAddress.normalize(invisible + "ada@example.org" + invisible))
                .contains("ada@example.org");
        assertThat(EmailAddress.normalize("a" + invisible + "da@example.org")).isEmpty();
        assertThat(EmailAddress.normalize("ada@exam" + invisible + "ple.org")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ada",
                "@example.org",
                "ada@",
                "ada@@example.org",
                "a@b@example.org",
                ".ada@example.org",
                "ada.@example.org",
                "a..da@example.org",
                "\"a da\"@example.org",
                "<ada>@example.org",
                "ada@example..org",
                "ada@-example.org",
                "ada@exa_mple.org",
                "ada@[127.0.0.1]",
                "a\u0000b@example.org",
                "ada@example.org\r\nBcc: eve@example.org"
            })
    void invalidAddressIsRefused(String text) {
        assertThat(EmailAddress.normalize(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stra\u00dfe.de", "STRA\u1e9eE.de", "\u03bb\u03cc\u03b3\u03bf\u03c2.gr"})
    void domainIsNotReplacedByAnother(String domain) {
        assertThat(EmailAddress.normalize("ada@" + domain)).isEmpty();
        assertThat(EmailAddress.normalize("ada@xn--strae-oqa.de")).contains("ada@xn--strae-oqa.de");
    }

    @Test
    void overlongAddressIsRefused() {
        assertThat(EmailAddress.normalize("a".repeat(64) + "@example.org")).isPresent();
        assertThat(EmailAddress.normalize("a".repeat(65) + "@example.org")).isEmpty();
        assertThat(EmailAddress.normalize("a@" + "b".repeat(63) + ".org")).isPresent();
        assertThat(EmailAddress.normalize("a@" + "b".repeat(64) + ".org")).isEmpty();
        assertThat(EmailAddress.normalize("a@" + "bcd.".repeat(63) + "org")).isEmpty();
    }

    @Test
    void comparisonIgnoresCase() {
        assertThat(EmailAddress.toComparisonKey("ADA@M\u00dcLLER.de"))
                .isEqualTo(EmailAddress.toComparisonKey("ada@xn--mller-kva.DE"));
    }
}
