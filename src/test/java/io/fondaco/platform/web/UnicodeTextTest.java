package io.fondaco.platform.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnicodeTextTest {
    private static final String CART = "\uD83D\uDED2";

    @Test
    void loneSurrogateIsDetected() {
        assertThat(UnicodeText.hasLoneSurrogate("a" + CART + "b")).isFalse();
        assertThat(UnicodeText.hasLoneSurrogate(CART.substring(0, 1))).isTrue();
        assertThat(UnicodeText.hasLoneSurrogate("a" + CART.charAt(1) + "b")).isTrue();
        assertThat(UnicodeText.hasLoneSurrogate("" + CART.charAt(1) + CART.charAt(0)))
                .isTrue();
    }

    @Test
    void truncationDoesNotSplitASurrogatePair() {
        assertThat(UnicodeText.truncate("ab" + CART, 4)).isEqualTo("ab" + CART);
        assertThat(UnicodeText.truncate("ab" + CART, 3)).isEqualTo("ab");
        assertThat(UnicodeText.truncate("a\0bc", 2)).isEqualTo("ab");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c328", "ff", "eda080", "c0af", "e28c"})
    void invalidUtf8IsDetected(String hex) {
        assertThat(UnicodeText.isUtf8(ByteBuffer.wrap(HexFormat.of().parseHex("22" + hex + "22"))))
                .isFalse();
        assertThat(UnicodeText.isUtf8(ByteBuffer.wrap(("{\"a\": \"é" + CART + "\"}").getBytes(StandardCharsets.UTF_8))))
                .isTrue();
    }
}
