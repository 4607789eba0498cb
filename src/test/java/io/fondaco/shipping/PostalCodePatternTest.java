package io.fondaco.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostalCodePatternTest {
    @ParameterizedTest
    @CsvSource({
        "35037, 35037, true",
        "35037, 35038, false",
        "SW1Y 4JH, sw1y4jh, true",
        "SW1Y 4JH, SW1Y 4J, false",
        "1000-001, 1000001, true",
        "1000-001, 1000-002, false",
        "35*, 35037, true",
        "35*, 36037, false",
        "sw1*, SW1Y 4JH, true",
        "51000-51999, 51000, true",
        "51000-51999, 51999, true",
        "51000-51999, 52000, false",
        "51000-51999, 50999, false",
        "51000-51999, 51234-6789, true",
        "51000-51999, 5100, false",
        "51000-51999, SW1Y 4JH, false",
        "00100-00199, 00150, true",
        "00100-00199, 150, false"
    })
    void codeMatchesThePattern(String pattern, String code, boolean expected) {
        assertThat(PostalCodePattern.parse(pattern).orElseThrow().matches(PostalCodePattern.normalize(code)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*",
                "3*5",
                "**",
                "35**",
                "52000-51999",
                "(a+)+",
                "[0-9]",
                "35_",
                "123456789012345678901"
            })
    void otherTextIsNoPattern(String text) {
        assertThat(PostalCodePattern.parse(text)).isEmpty();
    }

    @Test
    void numbersOfDifferentLengthAreOneCode() {
        assertThat(PostalCodePattern.parse("90210-1234")).contains(new PostalCodePattern.Exact("902101234"));
    }

    @Property
    void rangeMatchesTheNumbersInIt(
            @ForAll @IntRange(min = 0, max = 99_999) int first,
            @ForAll @IntRange(min = 0, max = 99_999) int last,
            @ForAll @IntRange(min = 0, max = 99_999) int code) {
        int from = Math.min(first, last);
        int to = Math.max(first, last);
        PostalCodePattern range =
                PostalCodePattern.parse("%05d-%05d".formatted(from, to)).orElseThrow();
        assertThat(range.matches("%05d".formatted(code))).isEqualTo(from <= code && code <= to);
    }
}
