package io.fondaco.platform.money;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Splits an amount so that the parts add up exactly. */
public final class ProportionalAllocation {
    private ProportionalAllocation() {}

    /**
     * Splits by the largest-remainder method: the shares are proportional to the weights and rounded so that they add
     * up; of two equal remainders the earlier one is rounded up. No share is larger than its weight.
     *
     * @param amount zero or more, at most the sum of the weights
     * @param weights zero or more each
     */
    public static long[] allocate(long amount, long[] weights) {
        long sum = Arrays.stream(weights).reduce(0, Math::addExact);
        if (amount < 0 || amount > sum) {
            throw new IllegalArgumentException("Cannot split %d by weights with the sum %d".formatted(amount, sum));
        }
        BigInteger[] exact =
                Arrays.stream(weights).mapToObj(BigInteger::valueOf).toArray(BigInteger[]::new);
        return allocateByWeights(amount, exact);
    }

    /**
     * As {@link #allocate}, for weights that are not amounts themselves, such as tax rates: their sum may be less than
     * the amount.
     *
     * @param amount zero or more; zero if all weights are zero
     * @param weights zero or more each
     */
    public static long[] allocateByWeights(long amount, BigInteger[] weights) {
        BigInteger sum = Arrays.stream(weights).reduce(BigInteger.ZERO, BigInteger::add);
        if (amount < 0 || (amount > 0 && sum.signum() == 0)) {
            throw new IllegalArgumentException("Cannot split %d by weights with the sum %d".formatted(amount, sum));
        }
        long[] shares = new long[weights.length];
        if (amount == 0) {
            return shares;
        }
        BigInteger[] remainders = new BigInteger[weights.length];
        long left = amount;
        for (int index = 0; index < weights.length; index++) {
            BigInteger[] share =
                    BigInteger.valueOf(amount).multiply(weights[index]).divideAndRemainder(sum);
            shares[index] = share[0].longValueExact();
            remainders[index] = share[1];
            left -= shares[index];
        }
        IntStream.range(0, weights.length)
                .boxed()
                .sorted(Comparator.<Integer, BigInteger>comparing(index -> remainders[index])
                        .reversed())
                .limit(left)
                .forEach(index -> shares[index]++);
        return shares;
    }
}
