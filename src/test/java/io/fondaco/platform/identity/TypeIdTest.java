package io.fondaco.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TypeIdTest {
    @Property
    void everyUuidSurvivesFormatAndParse(@ForAll long high, @ForAll long low) {
        UUID uuid = new UUID(high, low);
        assertThat(TypeId.parse("order", TypeId.format("order", uuid))).isEqualTo(uuid);
    }

    @Test
    void textFormMatchesTheSpecification() {
        assertThat(TypeId.format("prefix", UUID.fromString("0188bac7-4afa-78aa-bc3b-bd1eef28d881")))
                .isEqualTo("prefix_01h2xcejqtf2nbrexx3vqjhp41");
        assertThat(TypeId.format("prefix", new UUID(-1, -1))).isEqualTo("prefix_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    @Test
    void invalidIdIsRefused() {
        for (String text : new String[] {
            "",
            "order",
            "order_",
            "cart_01h2xcejqtf2nbrexx3vqjhp41",
            "order_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "order_01h2xcejqtf2nbrexx3vqjhp4",
            "order_01h2xcejqtf2nbrexx3vqjhp411",
            "order_01H2XCEJQTF2NBREXX3VQJHP41",
            "order_01h2xcejqtf2nbrexx3vqjhpé1",
            "order-01h2xcejqtf2nbrexx3vqjhp41"
        }) {
            assertThatThrownBy(() -> TypeId.parse("order", text)).as(text).isInstanceOf(InvalidId.class);
        }
    }

    @Test
    void newIdsSortByCreationTime() {
        String before = TypeId.format("x", TypeId.newUuid());
        for (int i = 0; i < 1_000; i++) {
            String next = TypeId.format("x", TypeId.newUuid());
            assertThat(next).isGreaterThan(before);
            before = next;
        }
    }
}
