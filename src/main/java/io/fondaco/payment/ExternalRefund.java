package io.fondaco.payment;

import io.fondaco.platform.money.Money;

/**
 * A refund that was made at the provider and not through Fondaco.
 *
 * @param providerReference the provider's own id of the refund
 * @param state the state at the provider
 */
public record ExternalRefund(String providerReference, Money amount, Refund.State state) {}
