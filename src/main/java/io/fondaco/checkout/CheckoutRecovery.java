package io.fondaco.checkout;

import io.fondaco.checkout.Completions.Waiting;
import io.fondaco.payment.Payment;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.monitoring.Sampled;
import io.fondaco.platform.roles.Roles;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/**
 * Finishes what a crash, or a provider that took its time, left undone: completions, refunds, and money held that nobody
 * wants. Runs every five seconds on every pod; each takes up what no other has.
 */
@ApplicationScoped
class CheckoutRecovery {
    private static final Logger LOG = Logger.getLogger(CheckoutRecovery.class);

    private final Completions completions;
    private final CompleteCart completeCart;
    private final Payments payments;
    private final AfterSales afterSales;
    private final CheckoutSettings settings;
    private final Sampled<Waiting> open = new Sampled<>();

    CheckoutRecovery(
            Completions completions,
            CompleteCart completeCart,
            Payments payments,
            AfterSales afterSales,
            CheckoutSettings settings,
            MeterRegistry registry) {
        this.completions = completions;
        this.completeCart = completeCart;
        this.payments = payments;
        this.afterSales = afterSales;
        this.settings = settings;
        for (Waiting waiting : Waiting.values()) {
            Gauge.builder("fondaco.checkout.open.age.seconds", () -> open.of(waiting))
                    .description("How long the oldest open completion waits, by what it waits for")
                    .tag("waiting", waiting.column())
                    .register(registry);
        }
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "15s",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void measure() {
        open.look(completions::openAges);
    }

    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = "payment-reconciliation", every = "4s")
    @Scheduled(
            every = "5s",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void recover() {
        for (Completion completion : completions.claimDue()) {
            try {
                completeCart.recover(completion);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Completion %s could not be recovered; it is tried again", completion.id());
            }
        }
        for (Refund refund : payments.claimPendingRefunds(settings.recoveryBatch())) {
            try {
                afterSales.sendRefund(refund);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Refund %s could not be sent; it is tried again", refund.id());
            }
        }
        for (Payment payment : payments.claimReleases(settings.recoveryBatch())) {
            try {
                afterSales.release(payment);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Payment %s could not be let go; it is tried again", payment.id());
            }
        }
    }
}
