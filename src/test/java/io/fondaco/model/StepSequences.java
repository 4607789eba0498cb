package io.fondaco.model;

import io.fondaco.model.Step.Share;
import io.fondaco.model.Step.StockPlace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

/** Generates random sequences of steps. The weights are chosen so that every outcome is reached often enough. */
final class StepSequences {
    private static final int MAX_STEPS = 100;
    private static final Arbitrary<Integer> INDEX =
            Arbitraries.frequency(Tuple.of(6, 0), Tuple.of(3, 1), Tuple.of(2, 2), Tuple.of(1, 3));
    private static final Arbitrary<Integer> LINE = Arbitraries.of(0, 1, 2);
    private static final Arbitrary<Integer> UNITS = Arbitraries.of(1, 2, 3, 2);
    private static final Arbitrary<Boolean> BOOLEAN = Arbitraries.of(false, true);
    private static final Arbitrary<Boolean> RARELY_TRUE = Arbitraries.frequency(Tuple.of(9, false), Tuple.of(1, true));
    private static final Arbitrary<Boolean> USUALLY_TRUE = Arbitraries.frequency(Tuple.of(3, true), Tuple.of(1, false));
    private static final Arbitrary<Sku> SKU =
            Arbitraries.of(Sku.BACKORDERABLE, Sku.PLAIN, Sku.BACKORDERABLE, Sku.MULTILOCATION);
    private static final Arbitrary<StockPlace> PLACE = Arbitraries.of(
            StockPlace.BACKORDERABLE,
            StockPlace.PLAIN,
            StockPlace.BACKORDERABLE,
            StockPlace.NORTH,
            StockPlace.BACKORDERABLE,
            StockPlace.SOUTH);
    private static final Arbitrary<PaymentScenario> PAYMENT = Arbitraries.frequency(
            Tuple.of(6, PaymentScenario.OK),
            Tuple.of(1, PaymentScenario.FLAKY),
            Tuple.of(3, PaymentScenario.DECLINED),
            Tuple.of(4, PaymentScenario.UNKNOWN),
            Tuple.of(5, PaymentScenario.ASYNC),
            Tuple.of(5, PaymentScenario.MANUAL));
    /** Payments at the provider that can be paused. */
    private static final Arbitrary<PaymentScenario> TEST_PAYMENT = Arbitraries.of(
            PaymentScenario.OK,
            PaymentScenario.FLAKY,
            PaymentScenario.DECLINED,
            PaymentScenario.UNKNOWN,
            PaymentScenario.ASYNC);

    private StepSequences() {}

    static Arbitrary<List<Step>> sequences() {
        return Arbitraries.<Step>frequencyOf(
                        weighted(20, Combinators.combine(SKU, UNITS).as(Step.Open::new)),
                        weighted(7, Combinators.combine(INDEX, SKU, UNITS).as(Step.Add::new)),
                        weighted(
                                5,
                                Combinators.combine(INDEX, SKU, Arbitraries.of(0, 1, 2, 0, 4))
                                        .as(Step.SetQuantity::new)),
                        weighted(3, Combinators.combine(INDEX, SKU).as(Step.Remove::new)),
                        weighted(9, Combinators.combine(INDEX, USUALLY_TRUE).as(Step.SetCoupon::new)),
                        weighted(
                                22,
                                Combinators.combine(INDEX, PAYMENT, RARELY_TRUE).as(Step.Complete::new)),
                        weighted(16, Combinators.combine(INDEX, TEST_PAYMENT).as(Step.StartCheckout::new)),
                        weighted(6, INDEX.map(Step.ResumePayment::new)),
                        weighted(10, INDEX.map(Step.Expire::new)),
                        weighted(10, Combinators.combine(INDEX, RARELY_TRUE).as(Step.RepeatCheckout::new)),
                        weighted(8, Combinators.combine(INDEX, BOOLEAN).as(Step.SendWebhook::new)),
                        weighted(5, INDEX.map(Step.Recover::new)),
                        weighted(7, INDEX.map(Step.Cancel::new)),
                        weighted(6, Combinators.combine(INDEX, LINE, UNITS).as(Step.CancelUnits::new)),
                        weighted(
                                6,
                                Combinators.combine(INDEX, Arbitraries.of(Share.class))
                                        .as(Step.RefundAmount::new)),
                        weighted(
                                6,
                                Combinators.combine(INDEX, LINE, UNITS, BOOLEAN).as(Step.RefundUnits::new)),
                        weighted(7, INDEX.map(Step.CapturePayment::new)),
                        weighted(
                                12,
                                Combinators.combine(PLACE, Arbitraries.of(1, 2, 3, 4, -1, -2, -4))
                                        .as(Step.Adjust::new)),
                        weighted(
                                6,
                                Combinators.combine(PLACE, Arbitraries.of(0, 0, 2))
                                        .as(Step.SetAvailable::new)),
                        weighted(9, Arbitraries.create(Step.RepeatStaffRequest::new)))
                .list()
                .ofMaxSize(MAX_STEPS)
                .withSizeDistribution(RandomDistribution.uniform());
    }

    /**
     * Removes each part of a failing sequence without which it still fails: halves first, single steps last. This takes
     * about twenty runs of about a second each; jqwik's own shrinking of lists takes a thousand.
     */
    static List<Step> shrink(List<Step> failing, Predicate<List<Step>> fails) {
        List<Step> shortest = failing;
        for (int part = failing.size() / 2; part > 0; part /= 2) {
            int from = 0;
            while (from < shortest.size()) {
                List<Step> without = new ArrayList<>(shortest);
                without.subList(from, Math.min(from + part, shortest.size())).clear();
                if (fails.test(without)) {
                    shortest = without;
                } else {
                    from += part;
                }
            }
        }
        return shortest;
    }

    private static Tuple2<Integer, Arbitrary<? extends Step>> weighted(int weight, Arbitrary<? extends Step> steps) {
        return Tuple.of(weight, steps);
    }
}
