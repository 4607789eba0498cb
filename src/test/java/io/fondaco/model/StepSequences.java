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

/** Sequences of steps at random. How often each kind comes is chosen so that every outcome is met often enough. */
final class StepSequences {
    private static final int LONGEST = 100;
    private static final Arbitrary<Integer> WHICH =
            Arbitraries.frequency(Tuple.of(6, 0), Tuple.of(3, 1), Tuple.of(2, 2), Tuple.of(1, 3));
    private static final Arbitrary<Integer> LINE = Arbitraries.of(0, 1, 2);
    private static final Arbitrary<Integer> UNITS = Arbitraries.of(1, 2, 3, 2);
    private static final Arbitrary<Boolean> EITHER = Arbitraries.of(false, true);
    private static final Arbitrary<Boolean> SELDOM = Arbitraries.frequency(Tuple.of(9, false), Tuple.of(1, true));
    private static final Arbitrary<Boolean> MOSTLY = Arbitraries.frequency(Tuple.of(3, true), Tuple.of(1, false));
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
    /** Of the provider that can be held up. */
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
                        weighted(7, Combinators.combine(WHICH, SKU, UNITS).as(Step.Add::new)),
                        weighted(
                                5,
                                Combinators.combine(WHICH, SKU, Arbitraries.of(0, 1, 2, 0, 4))
                                        .as(Step.SetQuantity::new)),
                        weighted(3, Combinators.combine(WHICH, SKU).as(Step.Remove::new)),
                        weighted(9, Combinators.combine(WHICH, MOSTLY).as(Step.SetCoupon::new)),
                        weighted(22, Combinators.combine(WHICH, PAYMENT, SELDOM).as(Step.Complete::new)),
                        weighted(16, Combinators.combine(WHICH, TEST_PAYMENT).as(Step.StartCheckout::new)),
                        weighted(6, WHICH.map(Step.ResumePayment::new)),
                        weighted(10, WHICH.map(Step.Expire::new)),
                        weighted(10, Combinators.combine(WHICH, SELDOM).as(Step.RepeatCheckout::new)),
                        weighted(8, Combinators.combine(WHICH, EITHER).as(Step.SendWebhook::new)),
                        weighted(5, WHICH.map(Step.Recover::new)),
                        weighted(7, WHICH.map(Step.Cancel::new)),
                        weighted(6, Combinators.combine(WHICH, LINE, UNITS).as(Step.CancelUnits::new)),
                        weighted(
                                6,
                                Combinators.combine(WHICH, Arbitraries.of(Share.class))
                                        .as(Step.RefundAmount::new)),
                        weighted(
                                6,
                                Combinators.combine(WHICH, LINE, UNITS, EITHER).as(Step.RefundUnits::new)),
                        weighted(7, WHICH.map(Step.CapturePayment::new)),
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
                .ofMaxSize(LONGEST)
                .withSizeDistribution(RandomDistribution.uniform());
    }

    /**
     * What is left of a failing sequence when every part that it fails without is left out, halves first, single steps last. That takes
     * some twenty tries, and jqwik's own shrinking of lists a thousand, each of about a second here.
     */
    static List<Step> shrink(List<Step> failing, Predicate<List<Step>> fails) {
        List<Step> least = failing;
        for (int part = failing.size() / 2; part > 0; part /= 2) {
            int from = 0;
            while (from < least.size()) {
                List<Step> without = new ArrayList<>(least);
                without.subList(from, Math.min(from + part, least.size())).clear();
                if (fails.test(without)) {
                    least = without;
                } else {
                    from += part;
                }
            }
        }
        return least;
    }

    private static Tuple2<Integer, Arbitrary<? extends Step>> weighted(int weight, Arbitrary<? extends Step> steps) {
        return Tuple.of(weight, steps);
    }
}
