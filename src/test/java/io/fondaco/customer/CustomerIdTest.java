package io.fondaco.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class CustomerIdTest {
    /** The expected value is computed independently; another one would separate guests from their earlier orders. */
    @Test
    void guestIdNeverChanges() {
        assertThat(CustomerId.ofGuest("ada@example.org").value())
                .isEqualTo(UUID.fromString("14f80052-f01f-8a01-9378-c4bd6638d6db"));
    }

    @Test
    void equalAddressesHaveOneIdAndOthersAnother() {
        CustomerId id = CustomerId.ofGuest("ada@example.org");
        assertThat(CustomerId.ofGuest(" Ada@EXAMPLE.org ")).isEqualTo(id);
        assertThat(CustomerId.ofGuest("eda@example.org")).isNotEqualTo(id);
    }

    @Test
    void guestIdIsAUuidOfVersionEightAndSurvivesItsTextForm() {
        for (int n = 0; n < 100; n++) {
            CustomerId id = CustomerId.ofGuest("ada" + n + "@example.org");
            assertThat(id.value().version()).isEqualTo(8);
            assertThat(id.value().variant()).isEqualTo(2);
            assertThat(CustomerId.parse(id.toString())).isEqualTo(id);
        }
    }
}
