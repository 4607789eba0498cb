package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody is sent what they did not say they take. */
class EncodingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "GZIP, deflate",
                "br, gzip;q=0.5",
                "br;q=0, gzip ; q=1.0",
                "gzip;q=0.001",
                "*",
                "identity;q=0, *;q=0.1"
            })
    void whoTakesGzipIsSentIt(String accepted) {
        assertThat(Encoding.accepted(accepted)).isEqualTo(Encoding.GZIP);
        assertThat(Encoding.accepted(accepted)).as("the second time").isEqualTo(Encoding.GZIP);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "identity",
                "br, deflate",
                "gzip;q=0",
                "gzip;q=0.0",
                "GZIP ; Q = 0.000",
                "*;q=0",
                "gzip;q=0, *",
                "*, gzip;q=0",
                "notgzip",
                ",;,"
            })
    void whoDoesNotIsSentItPlain(String accepted) {
        assertThat(Encoding.accepted(accepted)).isEqualTo(Encoding.IDENTITY);
        assertThat(Encoding.accepted(accepted)).as("the second time").isEqualTo(Encoding.IDENTITY);
    }

    @Test
    void moreHeadersThanAreRememberedAreAllUnderstood() {
        for (int i = 0; i < 100; i++) {
            assertThat(Encoding.accepted("x%d, gzip".formatted(i))).isEqualTo(Encoding.GZIP);
            assertThat(Encoding.accepted("x%d, br".formatted(i))).isEqualTo(Encoding.IDENTITY);
        }
    }

    @Test
    void eachHasAStrongTagOfItsOwnAndItsNameInTheHeader() {
        assertThat(Encoding.IDENTITY.tag("abc")).isEqualTo("\"abc\"");
        assertThat(Encoding.GZIP.tag("abc")).isEqualTo("\"abc-gzip\"");
        assertThat(Encoding.IDENTITY.contentCoding()).isEmpty();
        assertThat(Encoding.GZIP.contentCoding()).contains("gzip");
    }
}
