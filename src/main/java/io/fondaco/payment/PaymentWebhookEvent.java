package io.fondaco.payment;

import java.util.Optional;

/**
 * A provider's webhook, with its signature checked: something happened to a payment. What, the provider is asked; so notices
 * may come twice, late or in any order.
 *
 * @param paymentId ours, if the webhook names it
 * @param providerReference the provider's own id of it, if it has one
 * @param refundRelated whether it is about money that goes back
 * @param providerRefundId the provider's own id of the refund, if it is about a single one
 */
public record PaymentWebhookEvent(
        Optional<PaymentId> paymentId,
        Optional<String> providerReference,
        boolean refundRelated,
        Optional<String> providerRefundId) {}
