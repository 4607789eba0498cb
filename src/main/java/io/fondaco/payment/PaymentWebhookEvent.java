package io.fondaco.payment;

import java.util.Optional;

/**
 * A provider's webhook after its signature was checked. It says only which payment changed; the provider is queried for
 * the state, so webhooks may arrive twice, late or in any order.
 *
 * @param paymentId our id, if the webhook contains it
 * @param providerReference the provider's own id of the payment, if it has one
 * @param refundRelated whether the webhook is about a refund
 * @param providerRefundId the provider's own id of the refund, if the webhook is about a single one
 */
public record PaymentWebhookEvent(
        Optional<PaymentId> paymentId,
        Optional<String> providerReference,
        boolean refundRelated,
        Optional<String> providerRefundId) {}
