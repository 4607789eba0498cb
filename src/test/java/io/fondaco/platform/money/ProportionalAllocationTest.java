package io.fondaco.platform.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Shares add up to the amount, and no share exceeds its weight. */
class ProportionalAllocationTest {
    private static final long MAX = 9_007_199_254_740_991L;

    record AllocationCase(long amount, long[] weights) {}

    @Property
    void sharesAddUpAndStayWithinWeightAndProportion(@ForAll("splits") AllocationCase allocationCase) {
        long sum = Arrays.stream(allocationCase.weights()).sum();
        long[] shares = ProportionalAllocation.allocate(allocationCase.amount(), allocationCase.weights());
        assertThat(Arrays.stream(shares).sum()).isEqualTo(allocationCase.amount());
        for (int index = 0; index < shares.length; index++) {
            double fair = sum == 0
                    ? 0
                    : (double) allocationCase.amount() * allocationCase.weights()[index] / sum;
            assertThat(shares[index]).isBetween(0L, allocationCase.weights()[index]);
            assertThat((double) shares[index])
                    .isBetween(Math.floor(fair * 0.999_999) - 1, Math.ceil(fair * 1.000_001) + 1);
        }
    }

    @Test
    void largestRemainderIsRoundedUpAndTiesGoToTheEarlierPart() {
        assertThat(ProportionalAllocation.allocate(100, new long[] {333, 333, 333}))
                .containsExactly(34, 33, 33);
        assertThat(ProportionalAllocation.allocate(100, new long[] {50, 150, 130}))
                .containsExactly(15, 46, 39);
        assertThat(ProportionalAllocation.allocate(2, new long[] {0, 5, 0, 5})).containsExactly(0, 1, 0, 1);
        assertThat(ProportionalAllocation.allocate(MAX, new long[] {MAX, MAX})).containsExactly(MAX / 2 + 1, MAX / 2);
    }

    @Test
    void amountsOutsideTheSumOfWeightsAreRejected() {
        assertThatThrownBy(() -> ProportionalAllocation.allocate(11, new long[] {5, 5}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ProportionalAllocation.allocate(-1, new long[] {5}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void weightsMayBeSmallerThanTheAmount() {
        assertThat(ProportionalAllocation.allocateByWeights(1_000, weights(1, 1, 1)))
                .containsExactly(334, 333, 333);
        assertThat(ProportionalAllocation.allocateByWeights(7, weights(0, 19))).containsExactly(0, 7);
        assertThat(ProportionalAllocation.allocateByWeights(0, weights(0, 0))).containsExactly(0, 0);
        assertThatThrownBy(() -> ProportionalAllocation.allocateByWeights(1, weights(0, 0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static BigInteger[] weights(long... weights) {
        return Arrays.stream(weights).mapToObj(BigInteger::valueOf).toArray(BigInteger[]::new);
    }

    @Provide
    Arbitrary<AllocationCase> splits() {
        Arbitrary<long[]> weights = Arbitraries.oneOf(
                        Arbitraries.longs().between(0, 20), Arbitraries.longs().between(0, MAX / 20))
                .array(long[].class)
                .ofMinSize(1)
                .ofMaxSize(20);
        return Combinators.combine(weights, Arbitraries.longs().between(0, 1_000))
                .as((all, perMille) -> {
                    long sum = Arrays.stream(all).sum();
                    return new AllocationCase(sum / 1_000 * perMille + sum % 1_000 * perMille / 1_000, all);
                });
    }
}
