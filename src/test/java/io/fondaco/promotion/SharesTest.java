package io.fondaco.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** An amount is split so that nothing is lost, and nobody pays more than their weight. */
class SharesTest {
    private static final long MAX = 9_007_199_254_740_991L;

    record Split(long amount, long[] weights) {}

    @Property
    void sharesAddUpAndNoneIsLargerThanItsWeightOrFarFromItsPart(@ForAll("splits") Split split) {
        long sum = Arrays.stream(split.weights()).sum();
        long[] shares = Shares.split(split.amount(), split.weights());
        assertThat(Arrays.stream(shares).sum()).isEqualTo(split.amount());
        for (int index = 0; index < shares.length; index++) {
            double fair = sum == 0 ? 0 : (double) split.amount() * split.weights()[index] / sum;
            assertThat(shares[index]).isBetween(0L, split.weights()[index]);
            assertThat((double) shares[index])
                    .isBetween(Math.floor(fair * 0.999_999) - 1, Math.ceil(fair * 1.000_001) + 1);
        }
    }

    @Test
    void theLargestRemainderIsRoundedUpAndOfEqualOnesTheEarlier() {
        assertThat(Shares.split(100, new long[] {333, 333, 333})).containsExactly(34, 33, 33);
        assertThat(Shares.split(100, new long[] {50, 150, 130})).containsExactly(15, 46, 39);
        assertThat(Shares.split(2, new long[] {0, 5, 0, 5})).containsExactly(0, 1, 0, 1);
        assertThat(Shares.split(MAX, new long[] {MAX, MAX})).containsExactly(MAX / 2 + 1, MAX / 2);
    }

    @Test
    void moreThanThereIsCannotBeSplit() {
        assertThatThrownBy(() -> Shares.split(11, new long[] {5, 5})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Shares.split(-1, new long[] {5})).isInstanceOf(IllegalArgumentException.class);
    }

    @Provide
    Arbitrary<Split> splits() {
        Arbitrary<long[]> weights = Arbitraries.oneOf(
                        Arbitraries.longs().between(0, 20), Arbitraries.longs().between(0, MAX / 20))
                .array(long[].class)
                .ofMinSize(1)
                .ofMaxSize(20);
        return Combinators.combine(weights, Arbitraries.longs().between(0, 1_000))
                .as((all, perMille) -> {
                    long sum = Arrays.stream(all).sum();
                    return new Split(sum / 1_000 * perMille + sum % 1_000 * perMille / 1_000, all);
                });
    }
}
