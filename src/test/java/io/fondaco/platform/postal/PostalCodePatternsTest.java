package io.fondaco.platform.postal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostalCodePatternsTest {
    private static final int MAX_CODE = 1_000;

    @ParameterizedTest
    @CsvSource({
        "78266,78266",
        "' sw1a 1aa ',SW1A1AA",
        "bt*,BT*",
        "3 5 *,35*",
        "51000 - 51999,51000-51999",
        "51000-51000,51000",
        "LV-1010,LV1010"
    })
    void patternHasANormalForm(String text, String normalForm) {
        assertThat(PostalCodePatterns.parse(text)).isEqualTo(normalForm);
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
                "(35\\d{3}|38\\d{3})",
                "9000-017",
                "51999-51000",
                "51000-",
                "-51000",
                "51000--51999",
                "51000-51*",
                "LV-",
                "-",
                "a+",
                "35?",
                "٣٥",
                "123456789012345678901",
                "000000000000000000000000000000000000000000"
            })
    void otherTextIsNotAPattern(String text) {
        assertThatThrownBy(() -> PostalCodePatterns.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "60601,US,60601-1234,true",
        "60601,CA,60601-1234,false",
        "SW1A1AA,GB,sw1a 1aa,true",
        "90*,PT,9000-017,true",
        "51000-51999,ES,51999,true",
        "51000-51999,ES,52000,false",
        "51000-51999,ES,510,false",
        "51000-52999,ES,51A00,false",
        "35*,ES,35,true",
        "35*,ES,3,false"
    })
    void codesAreMatched(String pattern, String country, String code, boolean matches) {
        assertThat(PostalCodePatterns.of(List.of(pattern)).matches(PostalCodePatterns.normalizeCode(country, code)))
                .isEqualTo(matches);
    }

    @Test
    void emptySetMatchesNothing() {
        assertThat(PostalCodePatterns.of(List.of()).isEmpty()).isTrue();
        assertThat(PostalCodePatterns.of(List.of()).matches("")).isFalse();
    }

    /** Compares with all codes of three digits; a prefix of three digits also matches longer ones. */
    @Property
    void setsIntersectIfACodeMatchesBoth(@ForAll("patterns") List<String> one, @ForAll("patterns") List<String> other) {
        PostalCodePatterns first = PostalCodePatterns.of(one);
        PostalCodePatterns second = PostalCodePatterns.of(other);
        boolean expected = IntStream.range(0, MAX_CODE)
                .mapToObj("%03d"::formatted)
                .anyMatch(code -> first.matches(code) && second.matches(code));
        assertThat(first.intersects(second)).isEqualTo(expected);
        assertThat(second.intersects(first)).isEqualTo(expected);
    }

    @Property
    void setMatchesWhatOneOfItsPatternsMatches(@ForAll("patterns") List<String> patterns) {
        PostalCodePatterns all = PostalCodePatterns.of(patterns);
        List<PostalCodePatterns> each = patterns.stream()
                .map(pattern -> PostalCodePatterns.of(List.of(pattern)))
                .toList();
        for (int number = 0; number < MAX_CODE; number++) {
            String code = "%03d".formatted(number);
            assertThat(all.matches(code)).isEqualTo(each.stream().anyMatch(one -> one.matches(code)));
        }
    }

    /** Patterns of codes of three digits. */
    @Provide
    Arbitrary<List<String>> patterns() {
        Arbitrary<Integer> numbers = Arbitraries.integers().between(0, MAX_CODE - 1);
        Arbitrary<String> codes = numbers.map("%03d"::formatted);
        Arbitrary<String> prefixes = Arbitraries.integers()
                .between(1, 3)
                .flatMap(length -> codes.map(code -> code.substring(0, length) + "*"));
        Arbitrary<String> ranges = numbers.flatMap(first -> Arbitraries.integers()
                .between(0, 200)
                .map(size ->
                        PostalCodePatterns.parse("%03d-%03d".formatted(first, Math.min(MAX_CODE - 1, first + size)))));
        return Arbitraries.oneOf(codes, prefixes, ranges).list().ofMaxSize(6);
    }

    @ParameterizedTest
    @CsvSource({
        "US,US-CA,CA",
        "US,ca,CA",
        "US,California,CA",
        "US,' new  york ',NY",
        "CA,Québec,QC",
        "CA,QUEBEC,QC",
        "CA,CA-ON,ON",
        "DE,BY,BY",
        "DE,Bayern,BAYERN",
        "US,Atlantis,ATLANTIS"
    })
    void regionHasANormalForm(String country, String region, String normalForm) {
        assertThat(Regions.normalize(country, region)).isEqualTo(normalForm);
    }

    @ParameterizedTest
    @CsvSource({"US,CA,true", "US,QC,false", "CA,QC,true", "CA,CA,false", "DE,BY,true", "ES,GC,true", "DE,BAYERN,false"
    })
    void regionIsKnown(String country, String region, boolean known) {
        assertThat(Regions.isKnown(country, region)).isEqualTo(known);
    }
}
