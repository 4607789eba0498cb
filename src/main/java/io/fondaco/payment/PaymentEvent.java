package io.fondaco.payment;

/**
 * What a provider told by its webhook, with its signature checked.
 *
 * @param payment which of ours it is about
 */
public record PaymentEvent(PaymentId payment, PaymentOutcome outcome) {}
