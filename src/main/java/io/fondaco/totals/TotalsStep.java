package io.fondaco.totals;

/** One step of the calculation of a cart's totals. {@link CartPricing} lists the steps in their order. */
interface TotalsStep {
    /**
     * Returns the draft with what this step adds. It reads only what earlier steps have added.
     *
     * @throws ArithmeticException if an amount exceeds the largest supported one
     */
    TotalsDraft apply(TotalsDraft draft);
}
