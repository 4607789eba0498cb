package io.fondaco.parcel;

import io.fondaco.platform.money.Money;
import java.time.Duration;
import java.util.Optional;

/**
 * A carrier, or a service that sells labels of carriers. Every bean of this type can be named by requests for labels; a
 * bean may be a {@code ShippingProvider} of live rates, too. Calls are made outside of any transaction, each in a
 * thread of its own, behind a circuit breaker. A call that takes longer than {@link #TIME_LIMIT} is no longer waited
 * for; the provider ends it itself.
 *
 * <p>Both operations are repeated until they return a result, by this pod or another one, also after a call whose
 * result was lost. So they must be idempotent by {@link LabelRequest#id}.
 */
public interface LabelProvider {
    /** The maximum time that a request of the staff waits for one call. */
    Duration TIME_LIMIT = Duration.ofSeconds(10);

    /** The name that requests use: {@code "test"}. */
    String name();

    /**
     * Buys a label. A request with the id of an earlier one returns its label, and buys no other.
     *
     * @throws RuntimeException if the outcome is unknown; then the call is repeated later
     */
    PurchaseResult purchase(LabelRequest request);

    /**
     * Cancels a label that was bought, so that the shop does not pay for it. A label that is cancelled stays so.
     *
     * @throws RuntimeException if the outcome is unknown; then the call is repeated later
     */
    CancellationResult cancel(CancellationRequest request);

    /** The provider's final answer to a request for a label. */
    sealed interface PurchaseResult permits Purchased, Refused {}

    /** The provider's final answer to a request to cancel a label. */
    sealed interface CancellationResult permits Cancelled, Refused {}

    /**
     * A label that was bought. It has a document, or the URL of one.
     *
     * @param carrier its name for people, at most {@link #MAX_TEXT} characters
     * @param trackingNumber at most {@link #MAX_TEXT} characters
     * @param trackingUrl for the customer: http or https, at most {@link #MAX_URL} characters
     * @param documentUrl where the provider keeps the document; as the tracking URL
     * @param providerReference the provider's own id of the label, for {@link #cancel}
     * @param cost what the shop pays, zero or more
     */
    record Purchased(
            String carrier,
            String trackingNumber,
            Optional<String> trackingUrl,
            Optional<LabelDocument> document,
            Optional<String> documentUrl,
            Optional<String> providerReference,
            Money cost)
            implements PurchaseResult {
        public static final int MAX_TEXT = 100;
        public static final int MAX_URL = 2_000;
    }

    /** @param reason for the staff; longer ones are cut */
    record Refused(String reason) implements PurchaseResult, CancellationResult {}

    record Cancelled() implements CancellationResult {}

    /**
     * The label to cancel.
     *
     * @param providerReference as it was returned with the label
     */
    record CancellationRequest(LabelId id, String trackingNumber, Optional<String> providerReference) {}
}
