package io.fondaco.parcel;

import io.fondaco.parcel.LabelEntity.LabelRow;
import io.fondaco.parcel.LabelProvider.CancellationRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Asks the providers of labels, outside of any transaction, and records their answers, each in a transaction of its
 * own. Whatever is not recorded stays as it is, and {@link LabelRecoveryJob} asks again.
 */
@ApplicationScoped
class LabelWork {
    private static final Logger LOG = Logger.getLogger(LabelWork.class);

    private final LabelProviders providers;
    private final LabelService service;

    LabelWork(LabelProviders providers, LabelService service) {
        this.providers = providers;
        this.service = service;
    }

    /** A call that was started. */
    private record StartedCall<T>(LabelRow label, CompletableFuture<T> result) {}

    /**
     * Buys what is requested and cancels what is to be cancelled, all at the same time. A label whose purchase has no
     * known outcome is first asked for again, so that a label that was bought is cancelled. Takes as long as two calls.
     *
     * @param labels that the caller has leased
     */
    @Transactional(Transactional.TxType.NEVER)
    void work(List<LabelRow> labels) {
        List<LabelRow> known = new ArrayList<>(
                labels.stream().filter(label -> label.request() == null).toList());
        start(labels.stream().filter(label -> label.request() != null).toList(), this::purchase)
                .forEach(call -> answer(call)
                        .flatMap(result ->
                                service.recordPurchase(new LabelId(call.label().id()), result))
                        .ifPresent(known::add));
        start(known.stream().filter(LabelWork::isToBeCancelled).toList(), this::cancel)
                .forEach(call -> answer(call)
                        .ifPresent(result -> service.recordCancellation(
                                new LabelId(call.label().id()), result)));
    }

    private static boolean isToBeCancelled(LabelRow label) {
        return label.labelState() == LabelState.CANCELLING;
    }

    private static <T> List<StartedCall<T>> start(
            List<LabelRow> labels, Function<LabelRow, CompletableFuture<T>> call) {
        return labels.stream()
                .map(label -> new StartedCall<>(label, call.apply(label)))
                .toList();
    }

    private CompletableFuture<LabelProvider.PurchaseResult> purchase(LabelRow label) {
        return providers.purchase(label.provider(), Objects.requireNonNull(label.request()));
    }

    private CompletableFuture<LabelProvider.CancellationResult> cancel(LabelRow label) {
        return providers.cancel(
                label.provider(),
                new CancellationRequest(
                        new LabelId(label.id()),
                        Objects.requireNonNull(label.trackingNumber()),
                        Optional.ofNullable(label.providerReference())));
    }

    /** Waits for the answer; empty if there is none, which is recorded for the staff. */
    private <T> Optional<T> answer(StartedCall<T> call) {
        LabelId id = new LabelId(call.label().id());
        try {
            return Optional.of(call.result().join());
        } catch (CompletionException e) {
            NoAnswer noAnswer = (NoAnswer) Objects.requireNonNull(e.getCause());
            String error = Objects.requireNonNull(noAnswer.getMessage());
            LOG.warnf("Label %s of provider %s waits: %s", id, call.label().provider(), error);
            service.recordError(id, error);
            return Optional.empty();
        }
    }
}
