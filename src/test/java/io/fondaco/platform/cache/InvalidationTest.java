package io.fondaco.platform.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fondaco.platform.topology.Position;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** An invalidation is parsed as it was serialized, or rejected. */
class InvalidationTest {
    @Property
    void invalidationIsParsedAsSerialized(
            @ForAll List<Long> ids,
            @ForAll List<Long> tags,
            @ForAll @IntRange(max = Integer.MAX_VALUE) int timeline,
            @ForAll @LongRange(max = Long.MAX_VALUE) long lsn) {
        Invalidation invalidation = new Invalidation(ids, tags, new Position(timeline, lsn));
        assertThat(Invalidation.parse(invalidation.serialize())).isEqualTo(invalidation);
    }

    @Test
    void truncatedMessageIsRejected() {
        Invalidation invalidation = new Invalidation(List.of(1L, 2L), List.of(3L), new Position(1, 4));
        byte[] message = invalidation.serialize();
        for (int length = 0; length < message.length; length++) {
            try {
                assertThat(Invalidation.parse(Arrays.copyOf(message, length))).isEqualTo(invalidation);
            } catch (BufferUnderflowException _) {
                // Rejected: the log delivers the invalidation.
            }
        }
        assertThatThrownBy(() -> Invalidation.parse(Arrays.copyOf(message, message.length / 2)))
                .isInstanceOf(BufferUnderflowException.class);
    }

    @Test
    void unknownFormatIsRejected() {
        byte[] message = new Invalidation(List.of(1L), List.of(2L), new Position(1, 3)).serialize();
        ByteBuffer.wrap(message).putInt(2);
        assertThatThrownBy(() -> Invalidation.parse(message))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Unknown invalidation format: 2");
    }
}
