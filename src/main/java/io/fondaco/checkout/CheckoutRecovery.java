package io.fondaco.checkout;

import io.fondaco.checkout.Completions.Waiting;
import io.fondaco.payment.Payment;
import io.fondaco.payment.Payments;
import io.fondaco.payment.Refund;
import io.fondaco.platform.AtOnce;
import io.fondaco.platform.database.ReadsFrom;
import io.fondaco.platform.database.Route;
import io.fondaco.platform.jobs.OncePerCluster;
import io.fondaco.platform.monitoring.Sampled;
import io.fondaco.platform.roles.Roles;
import io.fondaco.platform.web.Actor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Finishes what a crash, or a provider that took its time, left undone: completions, refunds, and money held that nobody
 * wants. Runs every five seconds, on one pod; what it takes up nobody else does until its lease has run out.
 */
@ApplicationScoped
class CheckoutRecovery {
    private static final Logger LOG = Logger.getLogger(CheckoutRecovery.class);
    private static final String JOB = "payment-reconciliation";
    private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Completions completions;
    private final CompleteCart completeCart;
    private final Payments payments;
    private final AfterSales afterSales;
    private final CheckoutSettings settings;
    private final Actor actor;
    private final Sampled<Waiting> open = new Sampled<>();
    private volatile boolean stopping;

    CheckoutRecovery(
            Completions completions,
            CompleteCart completeCart,
            Payments payments,
            AfterSales afterSales,
            CheckoutSettings settings,
            Actor actor,
            MeterRegistry registry) {
        this.completions = completions;
        this.completeCart = completeCart;
        this.payments = payments;
        this.afterSales = afterSales;
        this.settings = settings;
        this.actor = actor;
        for (Waiting waiting : Waiting.values()) {
            Gauge.builder("fondaco.checkout.open.age.seconds", () -> open.of(waiting))
                    .description("How long the oldest open completion waits, by what it waits for")
                    .tag("waiting", waiting.column())
                    .register(registry);
        }
    }

    @ReadsFrom(Route.PRIMARY)
    @Scheduled(
            every = "{fondaco.monitoring.sample-interval}",
            delayed = "10s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void measure() {
        open.look(completions::openAges);
    }

    /** As long as there is anything to do, for a while: what an outage of a provider has left is more than one batch. */
    @ReadsFrom(Route.PRIMARY)
    @OncePerCluster(value = JOB, every = "{fondaco.checkout.recovery-interval}")
    @Scheduled(
            every = "{fondaco.checkout.recovery-interval}",
            delayed = "5s",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
            skipExecutionIf = Roles.NotAWorker.class)
    void recover() throws InterruptedException {
        long began = System.nanoTime();
        boolean more = true;
        while (more && !stopping && System.nanoTime() - began < MOST_NANOS) {
            more = recoverSome();
        }
    }

    void onStop(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) ShutdownEvent event) {
        stopping = true;
    }

    /** @return whether there may be more */
    private boolean recoverSome() throws InterruptedException {
        List<Completion> due = completions.claimDue();
        settleAll(due);
        List<Refund> refunds = payments.claimPendingRefunds(settings.recoveryBatch());
        for (Refund refund : refunds) {
            try {
                afterSales.sendRefund(refund);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Refund %s could not be sent; it is tried again", refund.id());
            }
        }
        List<Payment> releases = payments.claimReleases(settings.recoveryBatch());
        for (Payment payment : releases) {
            try {
                afterSales.release(payment);
            } catch (RuntimeException e) {
                LOG.errorf(e, "Payment %s could not be let go; it is tried again", payment.id());
            }
        }
        return IntStream.of(due.size(), refunds.size(), releases.size())
                .anyMatch(claimed -> claimed >= settings.recoveryBatch());
    }

    /** At the same time: together they take as long as the provider takes for one, and so no longer than their lease. */
    private void settleAll(List<Completion> due) throws InterruptedException {
        AtOnce.forEach(
                due,
                this::settle,
                (completion, thrown) ->
                        LOG.errorf(thrown, "Completion %s could not be recovered; it is tried again", completion.id()));
    }

    @ActivateRequestContext
    void settle(Completion completion) {
        actor.is("system:" + JOB);
        completeCart.recover(completion);
    }
}
