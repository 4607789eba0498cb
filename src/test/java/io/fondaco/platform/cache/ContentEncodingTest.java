package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients get only an encoding that they accept. */
class ContentEncodingTest {
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
    void gzipIsChosenWhenAccepted(String accepted) {
        assertThat(ContentEncoding.forAcceptEncoding(accepted)).isEqualTo(ContentEncoding.GZIP);
        assertThat(ContentEncoding.forAcceptEncoding(accepted))
                .as("the second time")
                .isEqualTo(ContentEncoding.GZIP);
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
    void identityIsChosenWhenGzipIsNotAccepted(String accepted) {
        assertThat(ContentEncoding.forAcceptEncoding(accepted)).isEqualTo(ContentEncoding.IDENTITY);
        assertThat(ContentEncoding.forAcceptEncoding(accepted))
                .as("the second time")
                .isEqualTo(ContentEncoding.IDENTITY);
    }

    @Test
    void headersBeyondTheMemoLimitAreNegotiated() {
        for (int i = 0; i < 100; i++) {
            assertThat(ContentEncoding.forAcceptEncoding("x%d, gzip".formatted(i)))
                    .isEqualTo(ContentEncoding.GZIP);
            assertThat(ContentEncoding.forAcceptEncoding("x%d, br".formatted(i)))
                    .isEqualTo(ContentEncoding.IDENTITY);
        }
    }

    @Test
    void everyEncodingHasItsOwnEtagAndContentCoding() {
        assertThat(ContentEncoding.IDENTITY.strongEtag("abc")).isEqualTo("\"abc\"");
        assertThat(ContentEncoding.GZIP.strongEtag("abc")).isEqualTo("\"abc-gzip\"");
        assertThat(ContentEncoding.IDENTITY.contentCoding()).isEmpty();
        assertThat(ContentEncoding.GZIP.contentCoding()).contains("gzip");
    }
}
