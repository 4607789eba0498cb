package io.fondaco.tax;

import static org.assertj.core.api.Assertions.assertThat;

import io.fondaco.tax.Taxes.TaxPlace;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaxIdTest {
    private static final Instant TODAY = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ATU12345675",
                "BE0428759497",
                "BG123456789",
                "CY12345678X",
                "CZ12345678",
                "DE136695976",
                "DK13585628",
                "EE123456789",
                "EL123456789",
                "ESX1234567X",
                "ESA12345678",
                "ES12345678X",
                "FI20774740",
                "FR40303265045",
                "FRK7399859412",
                "HR12345678901",
                "HU12345678",
                "IE1234567X",
                "IE1234567XH",
                "IE1X23456X",
                "IT00743110157",
                "LT123456789",
                "LU15027442",
                "LV12345678901",
                "MT12345678",
                "NL000099998B57",
                "NL004495445B01",
                "PL8567346215",
                "PT501964843",
                "RO12",
                "SE123456789001",
                "SI12345678",
                "SK1234567890",
                "XI123456789",
                "XIGD001"
            })
    void idOfAMemberIsValid(String id) {
        assertThat(TaxId.isValid(id)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "D",
                "DE",
                "DE13669597",
                "DE136695977",
                "ATU12345674",
                "AT12345675",
                "BE0428759498",
                "FI20774741",
                "FR41303265045",
                "IT00743110158",
                "LU15027443",
                "NL000099998B58",
                "NL123456789B",
                "PL8567346216",
                "PT501964842",
                "GR123456789",
                "US123456789",
                "CHE123456789",
                "de136695976",
                "DE136695976 ",
                "DE١٣٦٦٩٥٩٧٦",
                "RO12345678901234567890"
            })
    void otherTextIsNotValid(String id) {
        assertThat(TaxId.isValid(id)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"DE136695976,DE", "EL123456789,GR", "XI123456789,XI", "GB123456789,GB"})
    void countryIsThatOfThePrefix(String id, String country) {
        assertThat(TaxId.countryOf(id)).contains(country);
    }

    @Test
    void unknownPrefixHasNoCountry() {
        assertThat(TaxId.countryOf("US1")).isEmpty();
        assertThat(TaxId.countryOf("X")).isEmpty();
    }

    @Test
    void normalFormHasNoSeparators() {
        assertThat(TaxId.normalize(" de 136.695-976")).isEqualTo("DE136695976");
    }

    @ParameterizedTest
    @CsvSource({
        "DE,10115,DE",
        "DE,78266,",
        "ES,28013,ES",
        "ES,38003,",
        "FI,22100,",
        "FR,97100,",
        "GR,63086,",
        "IT,23041,",
        "GB,SW1A 1AA,",
        "GB,bt1 5gs,XI",
        "CH,8001,",
        "NO,0150,",
        "IT,20121,IT"
    })
    void placeBelongsToAMemberState(String country, String postalCode, String member) {
        assertThat(EuVatArea.memberStateOf(new TaxPlace(country, Optional.empty(), postalCode), TODAY))
                .isEqualTo(Optional.ofNullable(member));
    }

    @Test
    void unitedKingdomWasAMemberUntilTheEndOf2020() {
        TaxPlace belfast = new TaxPlace("GB", Optional.empty(), "BT1 5GS");
        Instant end = Instant.parse("2020-12-31T23:00:00Z");
        assertThat(EuVatArea.memberStateOf(belfast, end.minusSeconds(1))).contains("GB");
        assertThat(EuVatArea.memberStateOf(belfast, end)).contains("XI");
        assertThat(EuVatArea.isMember("GB", end)).isFalse();
        assertThat(EuVatArea.isMember("XI", end.minusSeconds(1))).isFalse();
    }
}
